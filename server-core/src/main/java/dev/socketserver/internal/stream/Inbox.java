package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import dev.socketserver.Framing;
import dev.socketserver.ServerConfig;
import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.internal.buffer.ChannelInput;
import dev.socketserver.internal.buffer.Reading;
import dev.socketserver.internal.buffer.StreamOwner;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.VirtualThreads;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the peer of a connection has sent and its handler has not consumed; decides whether the handler is to be called:
 * when something is there, or, with a {@link Framing}, a whole message. A handler that is called and consumes nothing
 * says "not yet": it is called again when more has come than it had, or at the end. So does one that awaits a message
 * again, and has looked at the last one and consumed nothing of it. Confined to the connection's turn.
 */
public final class Inbox {
    private static final Log LOG = Log.of(Inbox.class);

    /** How many bytes of a peer that sends without a pause are still served when the server drains. */
    private static final int LAST_CALL_BYTES = 1024 * 1024;

    /** How many messages a virtual thread handles before it lets others run. */
    private static final int MESSAGES_IN_A_ROW = 16;

    private final ChannelInput in;
    private final Receiver channel;
    private final @Nullable Framing framing;
    private final FirstRead firstRead;
    private final StreamOwner owner;
    private final int mostUnread;
    private @Nullable TlsChannel tls;
    private long answered; // how many bytes had been received when the handler said "not yet"; 0 if it has not
    private long consumedBefore; // how many bytes had been consumed when the handler was called
    private boolean looked = true; // the handler has, since it was called; or it is not called now
    private boolean calledBefore; // the handler was
    private boolean endSeen; // the handler was called, or told, with the end in sight
    private boolean broken; // reading has failed
    private long lastCall = -1; // how many bytes had been received when the drain was noticed; -1 before
    private boolean waits; // the handler counts as one that waits for the rest of its message
    private int framed; // how many of the unread bytes the framing has seen
    private boolean whole; // the framing has seen a whole message in them
    private int inARow; // how many messages were handled since the thread gave way

    /** Creates one for a connection without TLS. */
    public Inbox(ChannelInput in, Receiver channel, StreamOwner owner, ServerConfig config) {
        this(in, channel, null, owner, config, new FirstRead(null, config.maxUnread()));
    }

    Inbox(
            ChannelInput in,
            Receiver channel,
            @Nullable TlsChannel tls,
            StreamOwner owner,
            ServerConfig config,
            FirstRead firstRead) {
        this.in = in;
        this.channel = channel;
        framing = config.framing();
        this.firstRead = firstRead;
        this.tls = tls;
        this.owner = owner;
        mostUnread = config.maxUnread();
    }

    /** What comes from here on is encrypted. */
    void secure(TlsChannel by) {
        tls = by;
    }

    /**
     * Returns whether the handler is to be called with something that it has not seen: a message; or, without a
     * framing, the beginning of one, for the rest of which it may wait.
     */
    public boolean hasNews() {
        if (in.received() <= answered || !hasPart()) {
            return false;
        }
        return framing == null ? mayBegin() : isWhole(framing);
    }

    private boolean mayBegin() {
        Framing first = firstRead.framing();
        if (first == null || isWhole(first)) {
            return true;
        }
        waits = waits || firstRead.beginWait();
        return waits;
    }

    /** Returns whether the handler was called before its message was there, and is counted among those that wait. */
    boolean isCounted() {
        return waits;
    }

    /** The handler, if it was called before its message was there, waits for it no more. */
    void endWait() {
        if (waits) {
            waits = false;
            firstRead.endWait();
        }
    }

    /** Returns whether what is here, which is no news, is the beginning of a message that waits for its rest. */
    boolean isHeldBack() {
        return framing == null && in.received() > answered && hasPart();
    }

    /**
     * The handler awaits a message.
     *
     * @param seen how many bytes had been received when it said "not yet" to those that are unread; 0 if it has not
     * @throws MessageTooLongException if it has said so to more than may be unread
     */
    public void awaits(long seen) throws MessageTooLongException {
        nextMessage();
        answer(seen);
    }

    /** Returns whether a message is here that was awaited; without a framing, its beginning is enough. */
    public boolean hasMessage() {
        return in.received() > answered && hasPart() && (framing == null || isWhole(framing));
    }

    /** Returns whether the end is here, and a part of a message before it that who awaits one is to see. */
    public boolean hasLastPart() {
        return hasEnded() && hasPart() && (in.received() > answered || isEndNews());
    }

    private boolean isWhole(Framing known) {
        int unread = in.unread();
        if (!whole && unread > framed) {
            ByteBuf bytes = in.unreadBytes();
            int begin = bytes.readerIndex();
            try {
                whole = known.hasMessage(bytes, framed);
            } finally {
                bytes.readerIndex(begin);
            }
            framed = unread;
        }
        return whole;
    }

    /** The server drains; returns whether the peer has nevertheless gone on, and been served, for long enough. */
    boolean isLastCallOver() {
        if (lastCall < 0) {
            lastCall = in.received();
        }
        return in.taken() - lastCall >= LAST_CALL_BYTES;
    }

    /** What is unread is, from here on, another message, or was not looked at. */
    private void nextMessage() {
        framed = 0;
        whole = false;
        inARow++;
        if (inARow == MESSAGES_IN_A_ROW) {
            inARow = 0;
            VirtualThreads.giveWay();
        }
    }

    /** Returns whether the beginning of a message is here. */
    public boolean hasPart() {
        return in.unread() > 0;
    }

    /** Returns whether decrypted bytes are here that the input has not taken. */
    boolean hasMoreDecrypted() {
        try {
            return tls != null && !broken && tls.hasMore();
        } catch (IOException e) {
            broke(e);
            return false;
        }
    }

    /** Takes in what has come; returns the number of bytes, 0 for none, -1 at the end. */
    public int receive() {
        channel.receiving(true);
        try {
            return broken ? -1 : in.receive();
        } catch (IOException e) {
            broke(e);
            return -1;
        } finally {
            channel.receiving(false);
        }
    }

    /** Notes that nothing more can be read. */
    void broke(IOException why) {
        broken = true;
        LOG.debug("a connection ended while it was idle: {}", why);
    }

    /** Returns whether reading has failed. */
    boolean isBroken() {
        return broken;
    }

    /** Returns whether nothing more can come. */
    public boolean hasEnded() {
        return broken || in.hasEnded() || (tls != null && tls.hasEnded() && !hasMoreDecrypted());
    }

    /**
     * Returns why a connection that is idle ends.
     *
     * @param dismissed whether it was dismissed by the drain
     * @param cutShort whether the server ends its wait
     */
    public EndReason whyIdleEnds(boolean dismissed, boolean cutShort) {
        if (hasEnded()) {
            return broken ? EndReason.RESET : EndReason.PEER;
        } else if (dismissed) {
            return EndReason.DRAIN;
        } else if (cutShort) {
            return EndReason.SERVER;
        }
        return hasPart() ? EndReason.READ_TIMEOUT : EndReason.IDLE_TIMEOUT;
    }

    /** Returns true once, if the end is here and a part of a message before it: the handler is to see that. */
    public boolean isEndNews() {
        boolean news = !endSeen && hasPart();
        endSeen = true;
        return news;
    }

    /** The handler uses its input or output, but does not read. */
    public void looks() {
        reads(Reading.ANYTHING, null, 0);
    }

    /** The handler reads; see {@link FirstRead#begins}. */
    void reads(Reading reading, @Nullable Object mark, int bytes) {
        nextMessage();
        if (!looked) {
            looked = true;
            firstRead.begins(reading, mark, bytes);
        }
    }

    /** The handler writes. */
    void writes() {
        if (!looked) {
            firstRead.varies();
        }
    }

    /** The handler is called. */
    public void handling() {
        nextMessage();
        in.handling();
        looked = false;
        consumedBefore = in.taken();
    }

    /**
     * The handler has returned; returns whether it has consumed something. If the first call did not look at what is
     * here, as it may be meant to be called before anything is, it has not said "not yet" to it.
     *
     * @throws MessageTooLongException if it has said "not yet" to more than may be unread
     */
    public boolean handled() throws MessageTooLongException {
        endWait();
        boolean consumed = in.taken() != consumedBefore;
        boolean unseen = !calledBefore && !looked;
        calledBefore = true;
        looked = true;
        answer(consumed || unseen ? 0 : in.received());
        return consumed;
    }

    private void answer(long seen) throws MessageTooLongException {
        answered = seen;
        if (seen > 0 && in.unread() > mostUnread) {
            throw owner.fault(new MessageTooLongException("unread message (option maxUnread)", mostUnread));
        }
    }
}
