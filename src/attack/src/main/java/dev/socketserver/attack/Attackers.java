package dev.socketserver.attack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Many attackers in one thread. One whose connection is refused or closed by the server comes back after
 * {@link #RETURN}; one that reads nothing sees that when it sends again, if it does.
 */
final class Attackers implements AutoCloseable {
    /** When an attacker that was sent away comes back. */
    static final Duration RETURN = Duration.ofMillis(500);

    /** How many connect at most in one round, so that the system's backlog is no part of the attack. */
    private static final int MOST_AT_ONCE = 50;

    private static final long ROUND_MILLIS = 5;

    private final Attack attack;
    private final InetSocketAddress address;
    private final Selector selector;
    private final Queue<Attacker> away = new ArrayDeque<>(); // the thread's; who returns first is first
    private final Queue<Attacker> pausing = new ArrayDeque<>(); // the thread's; who sends first is first
    private final ByteBuffer received = ByteBuffer.allocateDirect(1024); // the thread's
    private final Thread thread;
    private volatile boolean stopped;
    private final AtomicInteger connected = new AtomicInteger();

    /**
     * Starts an attack.
     *
     * @param count how many attackers there are
     * @param addresses from how many addresses they come
     */
    Attackers(Attack attack, InetSocketAddress address, int count, int addresses) throws IOException {
        this.attack = attack;
        this.address = address;
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            away.add(new Attacker(source(i % addresses)));
        }
        thread = new Thread(this::run, "attackers");
        thread.start();
    }

    /** Returns one of the loopback addresses other than 127.0.0.1. */
    private static InetAddress source(int number) throws UnknownHostException {
        int host = number + 2;
        return InetAddress.getByAddress(new byte[] {127, 1, (byte) (host >> 8), (byte) host});
    }

    /** Returns how many are connected. */
    int connected() {
        return connected.get();
    }

    private final class Attacker {
        private final InetAddress source;
        private @Nullable SocketChannel channel;
        private @Nullable ByteBuffer message;
        private long due = System.nanoTime();
        private boolean pauses; // it is among those that pause, perhaps since an earlier connection

        Attacker(InetAddress source) {
            this.source = source;
        }

        void connect() {
            try {
                SocketChannel opened = SocketChannel.open();
                channel = opened;
                opened.configureBlocking(false);
                opened.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
                opened.bind(new InetSocketAddress(source, 0));
                opened.connect(address);
                opened.register(selector, SelectionKey.OP_CONNECT, this);
            } catch (IOException e) {
                leave();
            }
        }

        void ready(SelectionKey key) throws IOException {
            if (key.isConnectable()) {
                ((SocketChannel) key.channel()).finishConnect();
                connected.incrementAndGet();
                begin(key);
            } else if (key.isReadable() && isOver(key)) {
                gone();
            } else if (key.isValid() && key.isWritable()) {
                send(key);
            }
        }

        private boolean isOver(SelectionKey key) throws IOException {
            return ((SocketChannel) key.channel()).read(received.clear()) < 0;
        }

        private void begin(SelectionKey key) throws IOException {
            message = ByteBuffer.wrap(attack.message());
            key.interestOps(attack.reads() ? SelectionKey.OP_READ : 0);
            send(key);
        }

        private void send(SelectionKey key) throws IOException {
            ByteBuffer rest = message;
            if (rest == null) {
                return;
            }
            ((SocketChannel) key.channel()).write(rest);
            if (rest.hasRemaining()) {
                key.interestOps(key.interestOps() | SelectionKey.OP_WRITE);
                return;
            }
            key.interestOps(key.interestOps() & ~SelectionKey.OP_WRITE);
            if (attack.leaves()) {
                ((SocketChannel) key.channel()).setOption(StandardSocketOptions.SO_LINGER, 0);
                gone();
            } else if (!attack.pause().isZero()) {
                message = ByteBuffer.wrap(attack.message());
                pause();
            }
        }

        private void pause() {
            if (!pauses) {
                due = System.nanoTime() + attack.pause().toNanos();
                pauses = true;
                pausing.add(this);
            }
        }

        /** Sends its message again, if it is still there. */
        void again() {
            pauses = false;
            SocketChannel here = channel;
            SelectionKey key = here == null ? null : here.keyFor(selector);
            if (key != null && key.isValid()) {
                try {
                    send(key);
                } catch (IOException e) {
                    gone();
                }
            }
        }

        void gone() {
            connected.decrementAndGet();
            leave();
        }

        void leave() {
            close();
            due = System.nanoTime() + (attack.leaves() ? 0 : RETURN.toNanos());
            away.add(this);
        }

        void close() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                // It is closed as far as it can be.
            }
            channel = null;
        }
    }

    private void run() {
        try {
            while (!stopped) {
                round();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void round() throws IOException {
        long now = System.nanoTime();
        for (int i = 0; i < MOST_AT_ONCE && isDue(away.peek(), now); i++) {
            away.remove().connect();
        }
        while (isDue(pausing.peek(), now)) {
            pausing.remove().again();
        }
        selector.select(ROUND_MILLIS);
        for (SelectionKey key : selector.selectedKeys()) {
            Attacker attacker = (Attacker) key.attachment();
            boolean wasConnecting = key.isValid() && (key.interestOps() & SelectionKey.OP_CONNECT) != 0;
            try {
                attacker.ready(key);
            } catch (IOException e) {
                if (wasConnecting) {
                    attacker.leave();
                } else {
                    attacker.gone();
                }
            }
        }
        selector.selectedKeys().clear();
    }

    private static boolean isDue(@Nullable Attacker attacker, long now) {
        return attacker != null && attacker.due - now <= 0;
    }

    /** Ends the attack: all attackers leave before this returns. */
    @Override
    public void close() throws IOException {
        stopped = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
