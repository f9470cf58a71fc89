package dev.socketserver.attack;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A connection to a server of a soak. Confined to one thread. */
final class SoakConnection implements Closeable {
    /** When an answer counts as missing. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final String BEHAVED = "127.0.0.1";
    private static final int SMALL_BUFFER = 4096;

    private final Closeable socket;
    private final BufferedReader in;
    private final OutputStream out;

    private SoakConnection(Closeable socket, InputStream in, OutputStream out) {
        this.socket = socket;
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = out;
    }

    /** Connects by TCP. */
    static SoakConnection tcp(InetSocketAddress address) throws IOException {
        Socket socket = connect(address, BEHAVED, 0);
        return new SoakConnection(socket, socket.getInputStream(), socket.getOutputStream());
    }

    /** Connects by TCP from the address of those that do not behave, with room for few bytes. */
    static SoakConnection misbehaved(InetSocketAddress address) throws IOException {
        Socket socket = connect(address, SoakServeCommand.MISBEHAVED, SMALL_BUFFER);
        return new SoakConnection(socket, socket.getInputStream(), socket.getOutputStream());
    }

    /** Connects with TLS. */
    static SoakConnection tls(InetSocketAddress address, SSLContext context) throws IOException {
        Socket plain = connect(address, BEHAVED, 0);
        try {
            Socket socket = context.getSocketFactory().createSocket(plain, "localhost", address.getPort(), true);
            return new SoakConnection(socket, socket.getInputStream(), socket.getOutputStream());
        } catch (Throwable e) {
            plain.close();
            throw e;
        }
    }

    /** Connects to a Unix-domain socket. */
    static SoakConnection unix(Path file) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file));
        return new SoakConnection(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
    }

    private static Socket connect(InetSocketAddress address, String source, int buffer) throws IOException {
        Socket socket = new Socket();
        try {
            if (buffer > 0) {
                socket.setReceiveBufferSize(buffer);
            }
            socket.bind(new InetSocketAddress(source, 0));
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.setTcpNoDelay(true);
            socket.connect(address, (int) PATIENCE.toMillis());
            return socket;
        } catch (Throwable e) {
            socket.close();
            throw e;
        }
    }

    /** Sends bytes as they are. */
    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Sends lines all at once. */
    void send(List<String> lines) throws IOException {
        send((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the next line, or null at the end of the stream. */
    @Nullable
    String readLine() throws IOException {
        return in.readLine();
    }

    /**
     * Sends lines all at once, and reads their answers.
     *
     * @throws ProtocolException if an answer is wrong
     */
    void ask(List<String> lines) throws IOException {
        send(lines);
        for (String line : lines) {
            expect(line, readLine());
        }
    }

    /** Fails unless that was read. */
    static void expect(String expected, @Nullable String read) throws IOException {
        if (read == null) {
            throw new EOFException("no answer to " + expected);
        } else if (!read.equals(expected)) {
            throw new ProtocolException("expected " + expected + ", but read " + read);
        }
    }

    /** Has {@link #close()} reset the connection, where there are resets. */
    void resetAtClose() throws IOException {
        if (socket instanceof Socket tcp) {
            tcp.setSoLinger(true, 0);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
