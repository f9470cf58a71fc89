package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.fault.Fault;
import dev.socketserver.peer.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@link Torture} of a server of connections. */
final class StreamTorture extends Torture {
    private static final int LONG = 300_000;
    private static final Duration SOON = Duration.ofMillis(1);

    private final StreamSetting setting;
    private final Path directory = Path.of(System.getProperty("directory"));
    private final ConnectionGroup group = new ConnectionGroup();

    private StreamTorture() {
        setting = new StreamSetting(
                Transport.valueOf(System.getProperty("transport")),
                StreamSetting.Execution.valueOf(System.getProperty("execution")),
                Boolean.getBoolean("proxied"));
    }

    public static void main(String... args) throws Exception {
        var runs = new StreamTorture();
        runs.install();
        runs.run();
    }

    /** Answers lines, by all ways. */
    private final class Answering extends StreamRequestHandler {
        private boolean awaitsSilence;

        @Override
        protected void setup() {
            user("setup");
        }

        @Override
        protected void handle() throws Exception {
            user("handle");
            String line = String.valueOf(in().readLine(UTF_8, 100));
            switch (line) {
                case "null" -> {
                    return;
                }
                case "fail" -> throw new IOException("asked for");
                case "push" -> connection().send("pushed\n", UTF_8);
                case "careless" -> {
                    ByteBuf message = Unpooled.copiedBuffer("message\n", UTF_8);
                    connection().send(message);
                    message.release(2); // the other one is the server's
                }
                case "group" -> {
                    group.join(connection());
                    group.send("to all\n", UTF_8);
                }
                case "later" -> connection().execute(() -> write("later"));
                case "soon" -> connection().schedule(SOON, () -> write("soon"));
                case "silence" -> awaitsSilence = true;
                case "relay" -> {
                    connection().relayTo(SocketChannel.open(connection().localAddress()));
                    return;
                }
                case "long" -> out().write("x".repeat(LONG) + "\n", UTF_8);
                case "rest" -> out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
                default -> out().write(line + "\n", UTF_8);
            }
            keepOpen();
        }

        private void write(String word) {
            user("task");
            try {
                out().write(word + "\n", UTF_8);
            } catch (IOException e) {
                connection().close();
            }
        }

        @Override
        protected void idle() throws IOException {
            if (awaitsSilence) {
                user("idle");
                out().write("silence\n", UTF_8);
            }
        }

        @Override
        protected void goodbye() throws IOException {
            user("goodbye");
            out().write("goodbye\n", UTF_8);
        }

        @Override
        protected void finish() {
            user("finish");
        }
    }

    private StreamRequestHandler handler() {
        user("handlers");
        return new Answering();
    }

    @Override
    boolean isPlain() {
        return setting.equals(new StreamSetting(Transport.TCP, StreamSetting.Execution.SELECTING));
    }

    @Override
    Server start() throws IOException {
        Files.deleteIfExists(directory.resolve("socket"));
        return setting.start(directory, this::options, config -> server(config, this::handler))
                .server();
    }

    /** Makes a server with hooks that may fail, or with those that it has by default. */
    private StreamServer server(ServerConfig config, Supplier<StreamRequestHandler> handlers) {
        boolean isHooked = setting.execution() == StreamSetting.Execution.SELECTING && victim == Victim.USER;
        if (setting.transport() == Transport.UNIX) {
            return isHooked ? HookedServers.unix(config, handlers, hooks) : new UnixServer(config, handlers);
        }
        return isHooked ? HookedServers.tcp(config, handlers, hooks) : new TcpServer(config, handlers);
    }

    private ServerConfig.Builder options(ServerConfig.Builder config) {
        if (victim == Victim.TIME) {
            config.idleAfter(SOON);
        }
        if (setting.transport() == Transport.UNIX) {
            Framing lines = Framing.lines(100);
            config.framing((received, known) -> {
                user("framing");
                return lines.hasMessage(received, known);
            });
        }
        return in(config);
    }

    @Override
    void ask(Server server) throws Exception {
        if (victim == Victim.TIME) {
            askForTime(server);
            return;
        }
        converse(server, peer -> {
            exchange(peer, "one", "one");
            exchange(peer, "two", "two");
        });
        converse(server, peer -> {
            peer.send("last\n").end();
            assertThat(peer.readAll()).isEqualTo("last\n");
        });
        converse(server, peer -> {
            exchange(peer, "push", "pushed");
            exchange(peer, "later", "later");
            exchange(peer, "group", "to all");
            peer.send("fail\n");
            assertThat(peer.readAll()).isEmpty();
        });
        if (setting.transport() != Transport.TLS) { // the rest is above it, and handshakes take their time
            askForMore(server);
        }
        converse(server, peer -> {
            exchange(peer, "idle", "idle");
            server.shutdown(Duration.ofSeconds(2));
            assertThat(peer.readAll()).isEqualTo("goodbye\n");
        });
        if (Fault.failed() != null && server.state() == ServerState.STOPPED) {
            ((StreamServer) server).start();
        }
    }

    private void askForMore(Server server) throws IOException {
        converse(server, peer -> {
            peer.send("careless\n");
            assertThat(peer.readAll()).isEmpty();
        });
        converse(server, peer -> {
            peer.send("long\n");
            assertThat(peer.read(LONG + 1)).hasSize(LONG + 1);
            peer.send("rest\nha");
            peer.send("lf\n");
            if (setting.transport() != Transport.UNIX) { // whose framing has a message be a line
                assertThat(peer.readLine()).isEqualTo("half");
            }
        });
        if (!setting.isProxied()) {
            converse(server, peer -> {
                peer.send("relay\n");
                exchange(peer, "beyond", "beyond");
            });
        }
        converse(server, peer -> peer.send("par"));
    }

    private void askForTime(Server server) throws IOException {
        converse(server, peer -> {
            exchange(peer, "soon", "soon");
            exchange(peer, "silence", "silence");
        });
    }

    private static void exchange(Peer peer, String line, String answer) throws IOException {
        peer.send(line + "\n");
        assertThat(peer.readLine()).isEqualTo(answer);
    }

    private interface Conversation {
        void hold(Peer peer) throws Exception;
    }

    private void converse(Server server, Conversation conversation) throws IOException {
        var place = new Place();
        mayFail(() -> conversation.hold(place.connect(setting, server)), place);
    }

    @Override
    void beServed(Server server) throws Exception {
        var place = new Place();
        inTime(() -> exchange(place.connect(setting, server), "well", "well"), place);
    }

    /** Where a peer is that may have to be closed. */
    private static final class Place implements Closeable {
        private volatile @Nullable Peer peer;

        Peer connect(StreamSetting setting, Server server) throws IOException {
            Peer connected = setting.connect(server.address());
            peer = connected;
            return connected;
        }

        @Override
        public void close() throws IOException {
            Peer here = peer;
            if (here != null) {
                here.close();
            }
        }
    }
}
