package dev.socketserver;

import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** The settings under which connections behave alike, each with a server and peers for it. */
enum Setting {
    SELECTING,
    SELECTING_THREE,
    BLOCKING,
    VIRTUAL,
    GIVEN_EXECUTOR,
    TLS,
    TLS_BLOCKING,
    UNIX,
    PROXY;

    /** A peer, which speaks in lines. */
    interface Peer extends Closeable {
        /** Sends text. */
        Peer send(String text) throws IOException;

        /** Reads one line. */
        String readLine() throws IOException;

        /** Reads up to the end of the stream. */
        String readAll() throws IOException;
    }

    /** Returns those that this JDK has. */
    static List<Setting> available() {
        boolean virtual = Strategy.available().contains(Strategy.VIRTUAL_ELASTIC_POOL);
        return Arrays.stream(values())
                .filter(setting -> setting != VIRTUAL || virtual)
                .toList();
    }

    /** Returns a builder for a server that nobody else has; a Unix-domain one's file is in that directory. */
    ServerConfig.Builder config(Path directory) {
        ServerConfig.Builder config =
                ServerConfig.builder().address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return switch (this) {
            case SELECTING -> config.engine(Engine.SELECTING).selectors(1);
            case SELECTING_THREE -> config.engine(Engine.SELECTING).selectors(3);
            case BLOCKING -> config.engine(Engine.BLOCKING);
            case VIRTUAL -> Strategy.VIRTUAL_ELASTIC_POOL.in(config);
            case GIVEN_EXECUTOR -> Strategy.THREAD_PER_REQUEST.in(config);
            case TLS -> config.tls(TlsSetup.tls());
            case TLS_BLOCKING -> config.tls(TlsSetup.tls()).engine(Engine.BLOCKING);
            case UNIX -> config.address(UnixDomainSocketAddress.of(directory.resolve("socket")));
            case PROXY -> config.proxyProtocol(ProxyProtocol.trusting("127.0.0.0/8", "::1"));
        };
    }

    /** Returns a server that is not started. */
    StreamServer server(ServerConfig config, Supplier<? extends StreamRequestHandler> handlers) {
        return this == UNIX ? new UnixServer(config, handlers) : new TcpServer(config, handlers);
    }

    /** Connects a peer, which has sent nothing that a handler sees. */
    Peer connect(Server server) throws IOException {
        SocketAddress address = server.address();
        if (this == TLS || this == TLS_BLOCKING) {
            return encrypted(
                    new TlsClient(TestClient.to(address), TlsSetup.trusting().createSSLEngine()).shakeHands());
        }
        TestClient client = TestClient.to(address);
        if (this == PROXY) {
            client.send("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n");
        }
        return plain(client);
    }

    private static Peer plain(TestClient client) {
        return new Peer() {
            @Override
            public Peer send(String text) throws IOException {
                client.send(text);
                return this;
            }

            @Override
            public String readLine() throws IOException {
                return client.readLine();
            }

            @Override
            public String readAll() throws IOException {
                return client.readAll();
            }

            @Override
            public void close() throws IOException {
                client.close();
            }
        };
    }

    private static Peer encrypted(TlsClient client) {
        return new Peer() {
            @Override
            public Peer send(String text) throws IOException {
                client.send(text);
                return this;
            }

            @Override
            public String readLine() throws IOException {
                return client.readLine();
            }

            @Override
            public String readAll() throws IOException {
                return client.readAll();
            }

            @Override
            public void close() throws IOException {
                client.close();
            }
        };
    }
}
