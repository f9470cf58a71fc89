package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.Broadcast;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The peers of one server: silent ones, a group, and an author, whose messages reach all of the group. All are in this
 * process, so that one clock measures. Not thread-safe.
 */
final class Audience implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;
    private static final int SMALL_WINDOW = 4 * 1024;
    private static final int SLOW_BYTES = 1_000;
    private static final long SECOND = 1_000_000_000;
    private static final long PATIENCE = 60 * SECOND;

    private final List<SocketChannel> silent = new ArrayList<>();
    private final List<SocketChannel> members = new ArrayList<>();
    private final SocketChannel author;
    private final @Nullable SocketChannel slow;
    private final Selector selector = Selector.open();
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer out = ByteBuffer.allocateDirect(Broadcast.MESSAGE);
    private final int hearers;
    private final long[] sentAt; // of the messages on their way, by number modulo the window
    private final int[] missing; // how many members have not heard them
    private final Histogram latencies = new Histogram(3);
    private long sent;
    private long heard; // messages that all have heard
    private long slowReadsAt;

    /** What a member has received. */
    private static final class Member {
        private long bytes;
    }

    /**
     * Connects all.
     *
     * @param window the most messages on their way
     * @param stragglers whether two of the group do not keep up: one never reads, one reads 1 kB/s
     */
    Audience(int port, int peers, int group, int window, boolean stragglers) throws IOException {
        var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        for (int i = group; i < peers; i++) {
            silent.add(SocketChannel.open(server));
        }
        hearers = stragglers ? group - 2 : group;
        for (int i = 0; i < group; i++) {
            members.add(i < hearers ? SocketChannel.open(server) : openStraggler(server));
        }
        author = SocketChannel.open(server);
        author.setOption(StandardSocketOptions.TCP_NODELAY, true);
        for (SocketChannel member : members) {
            write(member, Broadcast.JOIN);
        }
        for (int i = 0; i < group; i++) {
            join(members.get(i), i < hearers);
        }
        slow = stragglers ? members.get(hearers) : null;
        sentAt = new long[window];
        missing = new int[window];
    }

    private static SocketChannel openStraggler(InetSocketAddress server) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_WINDOW);
        channel.connect(server);
        return channel;
    }

    private void join(SocketChannel member, boolean hears) throws IOException {
        in.clear().limit(Broadcast.MESSAGE);
        while (in.hasRemaining()) {
            requireOpen(member.read(in));
        }
        member.configureBlocking(false);
        if (hears) {
            member.register(selector, SelectionKey.OP_READ, new Member());
        }
    }

    /**
     * Lets the author speak for a time, and waits until all have heard everything.
     *
     * @param rate messages per second, if no more than the window are on their way then
     * @return how many messages it was
     */
    long run(Duration time, double rate) throws IOException {
        latencies.reset();
        long before = sent;
        long period = Math.round(SECOND / rate);
        long now = System.nanoTime();
        long end = now + time.toNanos();
        long next = now;
        while (now < end) {
            if (now >= next && sent - heard < missing.length) {
                publish(now);
                next = Math.max(next + period, now);
            }
            long wait = sent - heard < missing.length ? next - System.nanoTime() : SECOND;
            receive(wait);
            now = System.nanoTime();
        }
        while (heard < sent) {
            receive(SECOND);
            if (System.nanoTime() - end > PATIENCE) {
                throw new IOException("not heard by all: " + (sent - heard) + " messages");
            }
        }
        return sent - before;
    }

    private void publish(long now) throws IOException {
        int slot = (int) (sent % missing.length);
        sentAt[slot] = now;
        missing[slot] = hearers;
        write(author, Broadcast.TELL);
        sent++;
    }

    /** Writes a message, with its number. */
    private void write(SocketChannel channel, byte type) throws IOException {
        out.clear().put(0, type).putLong(Long.BYTES, sent);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    private void receive(long nanos) throws IOException {
        long millis = nanos / 1_000_000;
        if (millis > 0) {
            selector.select(millis);
        } else {
            selector.selectNow();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            read((SocketChannel) key.channel(), (Member) key.attachment());
        }
        selector.selectedKeys().clear();
        if (slow != null && System.nanoTime() - slowReadsAt >= SECOND) {
            slowReadsAt = System.nanoTime();
            slow.read(in.clear().limit(SLOW_BYTES)); // it may have been closed, as is the server's right
        }
    }

    private void read(SocketChannel channel, Member member) throws IOException {
        requireOpen(channel.read(in.clear()));
        long number = member.bytes / Broadcast.MESSAGE;
        int partial = (int) (member.bytes % Broadcast.MESSAGE);
        if (partial == 0 && in.position() >= Broadcast.MESSAGE && in.getLong(Long.BYTES) != number) {
            throw new IOException("heard message " + in.getLong(Long.BYTES) + " instead of " + number);
        }
        member.bytes += in.position();
        long now = System.nanoTime();
        for (; number < member.bytes / Broadcast.MESSAGE; number++) {
            int slot = (int) (number % missing.length);
            if (--missing[slot] == 0) {
                latencies.recordValue(now - sentAt[slot]);
                heard++;
            }
        }
    }

    private static void requireOpen(int count) throws IOException {
        if (count < 0) {
            throw new IOException("the server has closed a connection");
        }
    }

    /** How many peers receive each message: the group without the two that do not keep up. */
    int hearers() {
        return hearers;
    }

    /** The times in the last run from sending a message until the last of {@link #hearers()} had received it. */
    Histogram latencies() {
        return latencies;
    }

    @Override
    public void close() throws IOException {
        selector.close();
        author.close();
        for (SocketChannel peer : members) {
            peer.close();
        }
        for (SocketChannel peer : silent) {
            peer.close();
        }
    }
}
