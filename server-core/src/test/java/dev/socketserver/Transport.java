package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import dev.socketserver.peer.TlsClient;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A transport, with a server and a client for requests of one line, so that one test fits all. */
enum Transport {
    TCP,
    UDP,
    UNIX,
    TLS;

    /** What a handler of one line does; what it throws goes to the server. */
    interface Service {
        /** Returns the answer, which may be empty. */
        String answer(String line) throws Exception;
    }

    /** A client in the middle of a request. */
    interface Exchange extends Closeable {
        /** Waits for the answer's line. */
        String answer() throws IOException;
    }

    /** Returns a builder for a server that nobody else has; a Unix-domain one's file is in that directory. */
    ServerConfig.Builder config(Path directory) {
        return switch (this) {
            case TCP, UDP -> Loopback.config();
            case UNIX -> ServerConfig.builder().address(UnixDomainSocketAddress.of(directory.resolve("socket")));
            case TLS -> Loopback.config().tls(TlsSetup.tls());
        };
    }

    /** Makes a server whose every hook and handler's step is logged. */
    BaseServer<?> server(ServerConfig config, HookLog log, Service service) {
        return switch (this) {
            case TCP, TLS -> HookedServers.tcp(config, () -> new StreamService(log, service), log);
            case UDP -> HookedServers.udp(config, () -> new DatagramService(log, service), log);
            case UNIX -> HookedServers.unix(config, () -> new StreamService(log, service), log);
        };
    }

    /** Sends a request. */
    Exchange request(SocketAddress address, String line) throws IOException {
        if (this == UDP) {
            TestDatagramClient client = TestDatagramClient.to(address).send(line);
            return exchange(client::receiveText, client);
        } else if (this == TLS) {
            return encrypted(address, line);
        }
        TestClient client = TestClient.to(address);
        try {
            client.send(line + "\n");
        } catch (IOException expected) {
            // Refused already, as the answer will tell.
        }
        return exchange(client::readLine, client);
    }

    /** Sends a request in a thread of its own: the server may not serve yet, and a handshake takes two. */
    private static Exchange encrypted(SocketAddress address, String line) throws IOException {
        var client = new TlsClient(TestClient.to(address), TlsSetup.trusting().createSSLEngine());
        var sending = new FutureTask<>(() -> client.shakeHands().send(line + "\n"));
        new Thread(sending).start();
        return exchange(() -> sent(sending).readLine(), () -> {
            try (client) {
                sent(sending);
            } catch (IOException expected) {
                // Refused.
            }
        });
    }

    private static TlsClient sent(FutureTask<TlsClient> sending) throws IOException {
        try {
            return sending.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("while shaking hands");
        }
    }

    private interface Answer {
        String read() throws IOException;
    }

    private static Exchange exchange(Answer answer, Closeable client) {
        return new Exchange() {
            @Override
            public String answer() throws IOException {
                return answer.read();
            }

            @Override
            public void close() throws IOException {
                client.close();
            }
        };
    }

    /** Sends a request and waits for its answer. */
    String ask(SocketAddress address, String line) throws IOException {
        try (Exchange exchange = request(address, line)) {
            return exchange.answer();
        }
    }

    /** Returns whether a request is answered by its own line; false if it is refused. */
    boolean isAnswered(SocketAddress address, String line) {
        try {
            return ask(address, line).equals(line);
        } catch (IOException refused) {
            return false;
        }
    }

    private static final class StreamService extends StreamRequestHandler {
        private final HookLog log;
        private final Service service;

        StreamService(HookLog log, Service service) {
            this.log = log;
            this.service = service;
        }

        @Override
        protected void setup() {
            log.call("setup");
        }

        @Override
        protected void handle() throws Exception {
            log.call("handle");
            String answer = service.answer(String.valueOf(in().readLine(UTF_8, 1000)));
            if (!answer.isEmpty()) {
                out().write(answer + "\n", UTF_8);
            }
        }

        @Override
        protected void finish() {
            log.call("finish");
        }
    }

    private static final class DatagramService extends DatagramRequestHandler {
        private final HookLog log;
        private final Service service;

        DatagramService(HookLog log, Service service) {
            this.log = log;
            this.service = service;
        }

        @Override
        protected void setup() {
            log.call("setup");
        }

        @Override
        protected void handle() throws Exception {
            log.call("handle");
            out().write(service.answer(new String(in().readAllBytes(), UTF_8)).getBytes(UTF_8));
        }

        @Override
        protected void finish() {
            log.call("finish");
        }
    }
}
