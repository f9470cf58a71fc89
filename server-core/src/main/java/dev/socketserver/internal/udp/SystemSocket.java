package dev.socketserver.internal.udp;

import dev.socketserver.internal.util.Closing;
import dev.socketserver.internal.util.Log;
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a channel as Linux has it, which receives many datagrams by one system call, learns which address each
 * was sent to, and answers from there. It has a descriptor of its own for the same socket, so that closing the channel
 * cannot give the descriptor to a file. Thread-safe.
 */
final class SystemSocket implements Closeable {
    private static final int SOL_SOCKET = 1;
    private static final int SO_BROADCAST = 6;
    private static final int SO_DOMAIN = 39;
    private static final int AF_INET6 = 10;
    private static final int ON = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int ALTERNATIONS = 4;
    private static final int LONGEST = 65_535;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final @Nullable SystemCalls CALLS = SystemCalls.find();

    private static final Log LOG = Log.of(SystemSocket.class);

    private final SystemCalls calls;
    private final int descriptor; // our own
    private final @Nullable PacketInfo info;
    private final ByteBuffer receiveErrno = newErrno(); // guarded by this
    private final MethodHandle recvmmsg; // guarded by this
    private final ByteBuffer sendErrno = newErrno(); // guarded by sending
    private final MethodHandle sendmsg; // guarded by sending
    private final ReentrantLock sending = new ReentrantLock();
    private final Messages answer; // guarded by sending
    private final ByteBuffer answerContent; // guarded by sending
    private final long answerStart;
    private boolean closed; // written with both this and sending locked, read with one of them

    private SystemSocket(SystemCalls calls, int descriptor, @Nullable PacketInfo info) {
        this.calls = calls;
        this.descriptor = descriptor;
        this.info = info;
        recvmmsg = calls.withErrno(calls.recvmmsg(), receiveErrno);
        sendmsg = calls.withErrno(calls.sendmsg(), sendErrno);
        answer = new Messages(calls, 1);
        answerContent = ByteBuffer.allocateDirect(LONGEST);
        answerStart = calls.address(answerContent);
    }

    private static ByteBuffer newErrno() {
        return ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
    }

    /** Returns the socket of a channel; null where the JDK has no such calls, or the system forbids them. */
    static @Nullable SystemSocket of(DatagramChannel channel) {
        SystemCalls calls = CALLS;
        if (calls == null) {
            return null;
        }
        SystemSocket found = null;
        try {
            found = open(channel, calls);
            if (found != null && found.receive(found.answer, 0) == 0) {
                return found;
            }
        } catch (IOException e) {
            LOG.debug("datagrams are received one at a time: {}", e);
        }
        Closing.quietly(found);
        return null;
    }

    private static @Nullable SystemSocket open(DatagramChannel channel, SystemCalls calls) throws IOException {
        var value = new Value(calls);
        int descriptor = find(channel, value);
        int own = descriptor < 0 ? -1 : calls.dup(descriptor);
        if (own < 0) {
            return null;
        }
        PacketInfo info = null;
        if (((InetSocketAddress) channel.getLocalAddress()).getAddress().isAnyLocalAddress()) {
            PacketInfo wanted = value.get(own, SOL_SOCKET, SO_DOMAIN) == AF_INET6 ? PacketInfo.IPV6 : PacketInfo.IPV4;
            info = value.set(own, wanted.level, wanted.option, ON) ? wanted : null;
        }
        return new SystemSocket(calls, own, info);
    }

    /**
     * Finds the descriptor of a channel, which the JDK keeps to itself: of all open ones, that whose option changes
     * with the channel's. Returns -1 if it is not found.
     */
    private static synchronized int find(DatagramChannel channel, Value value) throws IOException {
        boolean before = channel.getOption(StandardSocketOptions.SO_BROADCAST);
        List<Integer> candidates = descriptors();
        try {
            boolean on = before;
            for (int i = 0; i < ALTERNATIONS; i++) {
                on = !on;
                channel.setOption(StandardSocketOptions.SO_BROADCAST, on);
                int expected = on ? ON : 0;
                candidates.removeIf(candidate -> value.get(candidate, SOL_SOCKET, SO_BROADCAST) != expected);
            }
        } finally {
            channel.setOption(StandardSocketOptions.SO_BROADCAST, before);
        }
        return candidates.size() == 1 ? candidates.get(0) : -1;
    }

    private static List<Integer> descriptors() throws IOException {
        List<Integer> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            all.forEach(each -> found.add(Integer.valueOf(each.getFileName().toString())));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    /** An option's value in memory. */
    private static final class Value {
        private final ByteBuffer memory =
                ByteBuffer.allocateDirect(2 * Integer.BYTES).order(ByteOrder.nativeOrder());
        private final SystemCalls calls;
        private final long start;

        Value(SystemCalls calls) {
            this.calls = calls;
            start = calls.address(memory);
        }

        /** Returns an option's value; -1 if it is none of a socket. */
        int get(int descriptor, int level, int option) {
            memory.putInt(Integer.BYTES, Integer.BYTES);
            boolean failed = calls.getsockopt(descriptor, level, option, start, start + Integer.BYTES) < 0;
            return failed ? -1 : memory.getInt(0);
        }

        boolean set(int descriptor, int level, int option, int value) {
            memory.putInt(0, value);
            return calls.setsockopt(descriptor, level, option, start, Integer.BYTES) == 0;
        }
    }

    /** Creates memory for messages to be received. */
    Messages newMessages(int count) {
        return new Messages(calls, count);
    }

    /** Returns the address of a direct buffer's position. */
    long address(ByteBuffer memory) {
        return calls.address(memory);
    }

    /** Returns how messages say which address they were sent to; null if the socket is bound to one address. */
    @Nullable
    PacketInfo info() {
        return info;
    }

    /** Receives what the system has queued; returns how many messages. Does not wait. */
    int receive(Messages messages) throws IOException {
        return receive(messages, messages.count());
    }

    private synchronized int receive(Messages messages, int most) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int received;
        try {
            received = (int) recvmmsg.invokeExact(descriptor, messages.start(), most, MSG_DONTWAIT, 0L);
        } catch (Throwable e) {
            throw SystemCalls.unexpected(e);
        }
        if (received >= 0) {
            return received;
        }
        int error = receiveErrno.getInt(0);
        if (error == EAGAIN || error == EINTR) {
            return 0;
        }
        throw new IOException("receiving datagrams failed: error " + error);
    }

    /** How sending has ended. */
    enum Sent {
        /** The system has the datagram. */
        WHOLE,
        /** The system has no room for it now. */
        NO_ROOM,
        /** It has to be sent by the channel, which also says why it cannot be. */
        BY_CHANNEL
    }

    /**
     * Sends the remaining bytes to a source, whose datagram they answer, from the address that this was sent to. If
     * that is not known, does not wait for other threads that send, since the channel can do the same.
     */
    Sent send(ByteBuffer bytes, Source target) {
        if (target.destination() != null) {
            sending.lock();
        } else if (!sending.tryLock()) {
            return Sent.BY_CHANNEL;
        }
        try {
            return sendLocked(bytes, target);
        } finally {
            sending.unlock();
        }
    }

    private Sent sendLocked(ByteBuffer bytes, Source target) {
        int length = bytes.remaining();
        if (closed || length > LONGEST) {
            return Sent.BY_CHANNEL;
        }
        answerContent.put(0, bytes, bytes.position(), length);
        answer.content(0, answerStart, length);
        int addressLength = target.write(answer.memory(), answer.address(0));
        Destination from = target.destination();
        int controlLength = info == null || from == null ? 0 : info.write(from, answer.memory(), answer.control(0));
        answer.lengths(0, addressLength, controlLength);
        long sent;
        try {
            sent = (long) sendmsg.invokeExact(descriptor, answer.start(), MSG_DONTWAIT);
        } catch (Throwable e) {
            throw SystemCalls.unexpected(e);
        }
        if (sent == length) {
            return Sent.WHOLE;
        }
        return sendErrno.getInt(0) == EAGAIN ? Sent.NO_ROOM : Sent.BY_CHANNEL;
    }

    @Override
    public synchronized void close() {
        sending.lock();
        try {
            if (!closed) {
                closed = true;
                calls.close(descriptor);
            }
        } finally {
            sending.unlock();
        }
    }
}
