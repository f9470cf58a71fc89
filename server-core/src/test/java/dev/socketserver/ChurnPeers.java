package dev.socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Peers that open connections, send requests of every kind at random moments and in random pieces, and check every
 * reply; one thread and one selector for all. Not thread-safe.
 */
final class ChurnPeers {
    /** What a request asks of the server's handler. */
    enum Kind {
        /** A reply at once. */
        QUICK("q"),
        /** A reply after the handler has blocked for a while elsewhere. */
        SLEEP("s"),
        /** A second line, which comes later, so that the handler blocks on its socket. */
        SPLIT("p"),
        /** A reply larger than the socket's buffers. */
        LARGE("l"),
        /** A reply, and then the end. */
        LAST("e"),
        /** No reply, but the end. */
        THROW("t");

        final String code;

        Kind(String code) {
            this.code = code;
        }

        boolean ends() {
            return this == LAST || this == THROW;
        }
    }

    static final int LARGE_REPLY = 300_000;

    private final SocketAddress server;
    private final Random random;
    private final int connections;
    private final int requestsEach;
    private final Map<Kind, Long> answered = new EnumMap<>(Kind.class);
    private final PriorityQueue<Peer> sleeping = new PriorityQueue<>(Comparator.comparingLong(peer -> peer.wakeAt));
    private int opened;
    private int running;

    ChurnPeers(SocketAddress server, long seed, int connections, int requestsEach) {
        this.server = server;
        this.random = new Random(seed);
        this.connections = connections;
        this.requestsEach = requestsEach;
    }

    /** Runs until every connection has ended; returns how many requests of each kind were answered as they must be. */
    Map<Kind, Long> run(int atOnce) throws IOException {
        try (Selector selector = Selector.open()) {
            while (opened < connections || running > 0) {
                while (opened < connections && running < atOnce) {
                    open(selector);
                }
                selector.select(this::proceed, sleeping.isEmpty() ? 100 : 1);
                long now = System.nanoTime();
                while (!sleeping.isEmpty() && sleeping.peek().wakeAt - now <= 0) {
                    sleeping.remove().send();
                }
            }
        }
        return answered;
    }

    private void open(Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open(server);
        channel.configureBlocking(false);
        var peer = new Peer(channel);
        channel.register(selector, SelectionKey.OP_READ, peer);
        opened++;
        running++;
        peer.send();
    }

    private void proceed(SelectionKey key) {
        ((Peer) key.attachment()).receive();
    }

    private final class Peer {
        private final SocketChannel channel;
        private final ByteBuffer received = ByteBuffer.allocate(8192);
        private final ArrayDeque<Kind> expected = new ArrayDeque<>();
        private int left = requestsEach;
        private int replyLeft;
        private boolean halfSent;
        private long wakeAt;

        Peer(SocketChannel channel) {
            this.channel = channel;
        }

        void send() {
            try {
                if (halfSent) {
                    halfSent = false;
                    write("rest\n");
                } else {
                    sendRequests(random.nextInt(100) < 5 ? 1 + random.nextInt(4) : 1);
                }
            } catch (IOException e) {
                throw new IllegalStateException(
                        "the server ended the connection while it had to answer " + expected, e);
            }
        }

        private void sendRequests(int count) throws IOException {
            var lines = new StringBuilder();
            for (int i = 0; i < count && left > 0 && !halfSent; i++) {
                left--;
                Kind kind = kind();
                expected.add(kind);
                lines.append(kind.code).append('\n');
                halfSent = kind == Kind.SPLIT;
                if (kind.ends()) {
                    left = 0;
                }
            }
            write(lines.toString());
            if (halfSent) {
                sleep();
            }
        }

        private Kind kind() {
            int dice = random.nextInt(10_000);
            if (left == 0) {
                return dice < 3_000 ? Kind.LAST : dice < 6_000 ? Kind.THROW : Kind.QUICK;
            }
            return dice < 20 ? Kind.SLEEP : dice < 100 ? Kind.SPLIT : dice < 110 ? Kind.LARGE : Kind.QUICK;
        }

        private void sleep() {
            wakeAt = System.nanoTime() + random.nextInt(5_000_000);
            sleeping.add(this);
        }

        private void write(String text) throws IOException {
            ByteBuffer bytes = US_ASCII.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        void receive() {
            try {
                int count = channel.read(received.clear());
                if (count < 0) {
                    end();
                    return;
                }
                received.flip();
                while (received.hasRemaining()) {
                    consume();
                }
                next();
            } catch (IOException e) {
                end();
            }
        }

        private void consume() {
            Kind kind = expected.peek();
            if (kind == null || kind == Kind.THROW) {
                throw new IllegalStateException("a reply that nobody asked for");
            }
            if (replyLeft == 0) {
                replyLeft = kind == Kind.LARGE ? LARGE_REPLY : 2;
            }
            int count = Math.min(replyLeft, received.remaining());
            byte last = received.get(received.position() + count - 1);
            received.position(received.position() + count);
            replyLeft -= count;
            if (replyLeft == 0) {
                if (last != '\n') {
                    throw new IllegalStateException("a reply to " + kind + " that does not end where it must");
                }
                expected.remove();
                answered.merge(kind, 1L, Long::sum);
            }
        }

        private void next() throws IOException {
            if (!expected.isEmpty() || halfSent) {
                return;
            }
            if (left == 0) {
                end();
            } else if (random.nextInt(1000) < 2) {
                sleep();
            } else {
                send();
            }
        }

        private void end() {
            if (expected.peek() == Kind.THROW) {
                expected.remove();
                answered.merge(Kind.THROW, 1L, Long::sum);
            }
            if (!expected.isEmpty()) {
                throw new IllegalStateException("the server closed, and owes replies to " + expected);
            }
            sleeping.remove(this);
            running--;
            try {
                channel.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
