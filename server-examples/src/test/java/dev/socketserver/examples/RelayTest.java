package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The relay, with socat, curl, redis-cli and openssl through it, and over sockets. */
@Timeout(60)
class RelayTest {
    private static final int MEGABYTE = 1024 * 1024;
    private static final int MUCH = 64 * MEGABYTE; // more than the system's buffers hold
    private static final int IDLE = 200; // more than there are workers

    @TempDir
    Path folder;

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static ChildJvm start(String target, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("relay", "127.0.0.1:0", target));
        command.addAll(List.of(options));
        return ChildJvm.start(command.toArray(String[]::new));
    }

    private static String target(ServerSocket socket) {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private static int port(ChildJvm relay) throws IOException {
        String line = relay.out().readLine();
        assertThat(line).startsWith("listening on 127.0.0.1:");
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    private static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static String read(Socket socket, int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), UTF_8);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    /** Returns what a program prints that is given an input. */
    private static String run(String input, String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().write(input.getBytes(UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static void stop(ChildJvm relay) throws Exception {
        relay.signal("TERM");
        assertThat(relay.awaitExit()).isZero();
        assertThat(relay.err().lines().collect(Collectors.joining("\n"))).isEmpty();
    }

    /** The end of what socat sends is passed on, and what the target sends then still comes back. */
    @Test
    void socatHearsTheAnswerToAllThatItHasSent() throws Exception {
        String socat = RealServer.program("socat", "socat");
        int behind = RealServer.freePort();
        String target = "127.0.0.1:" + behind;
        String text = "what is sorted can be printed only when all of it has come\n".replace(' ', '\n');
        try (RealServer sort = RealServer.start(
                        folder, target, socat, "TCP-LISTEN:" + behind + ",fork,reuseaddr", "EXEC:sort");
                ChildJvm relay = start(target)) {
            int port = port(relay);
            assertThat(run(text, socat, "-t", "30", "-", "TCP:127.0.0.1:" + port)
                            .lines())
                    .isSorted()
                    .hasSize((int) text.lines().count());
            assertThat(relay.out().readLine())
                    .startsWith("#1 127.0.0.1:")
                    .endsWith(": " + text.length() + " bytes sent, " + text.length() + " received, PEER");
            stop(relay);
            assertThat(sort).isNotNull();
        }
    }

    @Test
    void curlFetchesThroughIt() throws Exception {
        String python = RealServer.program("python3", "python3");
        String curl = RealServer.program("curl", "curl");
        Path big = Files.write(folder.resolve("big"), new byte[3 * MEGABYTE]);
        int behind = RealServer.freePort();
        String target = "127.0.0.1:" + behind;
        try (RealServer server = RealServer.start(
                        folder, target, python, "-m", "http.server", "--bind", "127.0.0.1", Integer.toString(behind));
                ChildJvm relay = start(target)) {
            Path got = folder.resolve("got");
            String url = "http://127.0.0.1:" + port(relay) + "/big";
            run("", curl, "-sS", "-o", got.toString(), url);
            assertThat(got).hasSameBinaryContentAs(big);
            stop(relay);
            assertThat(server).isNotNull();
        }
    }

    @Test
    void redisCliPipelinesThroughItToAUnixSocket() throws Exception {
        String redis = RealServer.program("redis-server", "redis-server");
        String cli = RealServer.program("redis-cli", "redis-tools");
        String target = "unix:" + folder.resolve("redis.sock");
        try (RealServer server = RealServer.start(
                        folder,
                        target,
                        redis,
                        "--port",
                        "0",
                        "--unixsocket",
                        folder.resolve("redis.sock").toString(),
                        "--save",
                        "",
                        "--appendonly",
                        "no");
                ChildJvm relay = start(target)) {
            String port = Integer.toString(port(relay));
            assertThat(run("", cli, "-h", "127.0.0.1", "-p", port, "set", "a", "b"))
                    .isEqualTo("OK\n");
            assertThat(run("get a\nincr n\nincr n\n", cli, "-h", "127.0.0.1", "-p", port))
                    .isEqualTo("b\n1\n2\n");
            assertThat(run("set x y\r\n".repeat(10_000), cli, "-h", "127.0.0.1", "-p", port, "--pipe"))
                    .contains("errors: 0, replies: 10000");
            stop(relay);
            assertThat(server).isNotNull();
        }
    }

    /** The relay passes the handshake, as anything else. */
    @Test
    void opensslSpeaksTlsThroughItWithItsServer() throws Exception {
        String openssl = RealServer.program("openssl", "openssl");
        SelfSigned.write(folder);
        int behind = RealServer.freePort();
        String target = "127.0.0.1:" + behind;
        try (RealServer server = RealServer.start(
                        folder,
                        target,
                        openssl,
                        "s_server",
                        "-accept",
                        "127.0.0.1:" + behind,
                        "-cert",
                        "certificate.pem",
                        "-key",
                        "key.pem",
                        "-www");
                ChildJvm relay = start(target)) {
            assertThat(run(
                            "GET / HTTP/1.0\r\n\r\n",
                            openssl,
                            "s_client",
                            "-connect",
                            "127.0.0.1:" + port(relay),
                            "-CAfile",
                            folder.resolve("certificate.pem").toString(),
                            "-quiet"))
                    .contains("HTTP/1.0 200 ok", "Ciphers supported in s_server binary");
            stop(relay);
            assertThat(server).isNotNull();
        }
    }

    /** The example has 100 workers at most. */
    @Test
    void twoHundredIdleRelaysAndAFrozenOneDelayNobody() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try (ServerSocket upstreams = listen();
                ChildJvm relay = start(target(upstreams), "--grace", "0")) {
            int port = port(relay);
            for (int i = 0; i < IDLE; i++) {
                Socket peer = connect(port);
                sockets.add(peer);
                Socket upstream = upstreams.accept();
                sockets.add(upstream);
                send(upstream, "220 hello\n"); // the target speaks first
                assertThat(read(peer, 10)).isEqualTo("220 hello\n");
            }
            Socket frozen = sockets.get(0);
            Socket behind = sockets.get(1);
            var flood = new FutureTask<>(() -> {
                behind.getOutputStream().write(new byte[MUCH]);
                return null;
            });
            new Thread(flood).start();
            for (int i = 2; i < 2 * IDLE; i += 2) {
                send(sockets.get(i), "x");
                assertThat(read(sockets.get(i + 1), 1)).isEqualTo("x");
            }
            assertThat(flood.isDone()).isFalse();
            assertThat(frozen.getInputStream().readNBytes(MUCH)).hasSize(MUCH);
            flood.get();
            relay.signal("TERM");
            assertThat(relay.awaitExit()).isZero();
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void aSignalLetsOpenConnectionsEnd() throws Exception {
        try (ServerSocket upstreams = listen();
                ChildJvm relay = start(target(upstreams), "--grace", "50")) {
            int port = port(relay);
            try (Socket peer = connect(port);
                    Socket upstream = upstreams.accept()) {
                send(peer, "x");
                assertThat(read(upstream, 1)).isEqualTo("x");
                relay.signal("TERM");
                send(upstream, "the answer");
                assertThat(read(peer, 10)).isEqualTo("the answer");
            }
            assertThat(relay.awaitExit()).isZero();
        }
    }

    @Test
    void aTargetThatRefusesIsToldAndTheConnectionEnds() throws Exception {
        int nobody = RealServer.freePort();
        try (ChildJvm relay = start("127.0.0.1:" + nobody);
                Socket peer = connect(port(relay))) {
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
            assertThat(relay.out().readLine())
                    .startsWith(
                            "#1 127.0.0.1:" + peer.getLocalPort() + ": cannot connect to 127.0.0.1:" + nobody + ": ");
            stop(relay);
        }
    }

    @Test
    void aConnectionMayComeByAUnixSocket() throws Exception {
        String socat = RealServer.program("socat", "socat");
        Path socket = folder.resolve("socket");
        try (ServerSocket upstreams = listen();
                ChildJvm relay = ChildJvm.start("relay", "unix:" + socket, target(upstreams))) {
            assertThat(relay.out().readLine()).isEqualTo("listening on " + socket);
            var client = new FutureTask<>(() -> run("hello", socat, "-t", "30", "-", "UNIX:" + socket));
            new Thread(client).start();
            try (Socket upstream = upstreams.accept()) {
                assertThat(new String(upstream.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("hello");
                send(upstream, "bye");
            }
            assertThat(client.get()).isEqualTo("bye");
            stop(relay);
        }
    }

    @Test
    void aPortInUseIsToldInOneLine() throws Exception {
        try (ServerSocket taken = listen()) {
            CommandRun run = CommandRun.of("relay", target(taken), "127.0.0.1:1");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err().lines()).singleElement().asString().startsWith("relay: cannot listen on ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "unix: 127.0.0.1:1, 'LISTEN must be PORT, HOST:PORT or unix:PATH: unix:'",
        "x 127.0.0.1:1, 'LISTEN must be PORT, HOST:PORT or unix:PATH: x'",
        "65536 127.0.0.1:1, port",
        "0 127.0.0.1, must be HOST:PORT: 127.0.0.1",
        "0 tls://127.0.0.1:1, TARGET must be HOST:PORT or unix:PATH: tls://127.0.0.1:1",
        "0, TARGET",
        "0 127.0.0.1:1 --grace -1, grace must not be negative: PT-1S",
        "0 127.0.0.1:1 --idle-timeout -1, idle-timeout must not be negative: PT-1S",
        "0 127.0.0.1:1 --write-timeout -1, write-timeout must not be negative: PT-1S",
        "0 127.0.0.1:1 --connect-timeout -1, connect-timeout must be 0 or 1 ms to 24 h: PT-1S"
    })
    void aBadOptionIsToldInOneLine(String options, String complaint) {
        CommandRun run = CommandRun.of(("relay " + options).split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("relay: ")
                .contains(complaint);
    }
}
