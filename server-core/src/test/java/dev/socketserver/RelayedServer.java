package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;

/** A server that relays each connection to a socket of the test, behind the line that it begins with. */
final class RelayedServer implements AutoCloseable {
    static final int MEGABYTE = 1024 * 1024;

    /** More than the system's buffers hold on the way from upstream to a peer. */
    static final int MUCH = 24 * MEGABYTE;

    static final String COMMAND = "connect\n";

    final RecordingListener listener = new RecordingListener();
    final BlockingQueue<StreamConnection> relayed = new LinkedBlockingQueue<>();
    final BlockingQueue<StreamConnection.Relay> relays = new LinkedBlockingQueue<>();
    final BlockingQueue<EndReason> ends = new LinkedBlockingQueue<>();
    private final ServerSocketChannel upstream;
    private final StreamSetting.Running running;

    RelayedServer(StreamSetting setting, Path directory, UnaryOperator<ServerConfig.Builder> options)
            throws IOException {
        upstream = ServerSocketChannel.open()
                .setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024)
                .bind(Loopback.anyPort());
        running = setting.start(directory, config -> options.apply(config.listener(listener)), Relaying::new);
    }

    /** Returns the settings of both engines, and one with virtual workers, if this JDK has them. */
    static List<StreamSetting> sampled() {
        return StreamSetting.wide().stream()
                .filter(setting -> StreamSetting.engines().contains(setting)
                        || setting.execution() == StreamSetting.Execution.VIRTUAL)
                .toList();
    }

    private final class Relaying extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            assertThat(in().readLine(UTF_8, 100) + "\n").isEqualTo(COMMAND);
            SocketChannel target = SocketChannel.open(upstream.getLocalAddress());
            relays.add(connection().relayTo(target));
            relayed.add(connection());
        }

        @Override
        protected void finish() {
            ends.add(connection().endedBy().orElseThrow());
        }
    }

    StreamServer server() {
        return running.server();
    }

    Peer connect() throws IOException {
        return running.connect().send(COMMAND);
    }

    /** Returns the other end of a connection to upstream, which blocks. */
    SocketChannel accept() throws IOException {
        return upstream.accept();
    }

    @Override
    public void close() throws IOException {
        try {
            running.close();
        } finally {
            upstream.close();
        }
        assertThat(listener.failures()).isEmpty();
    }

    static void send(SocketChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    static String read(SocketChannel channel, int count) throws IOException {
        return new String(Channels.newInputStream(channel).readNBytes(count), UTF_8);
    }

    static String readAll(SocketChannel channel) throws IOException {
        return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
    }

    static void reset(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    static byte[] random(int seed) {
        return random(seed, 5 * MEGABYTE);
    }

    static byte[] random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
