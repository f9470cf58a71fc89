package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.internal.buffer.ChannelOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** What a failure to read or write says about its connection, and what a connection refuses. */
public final class Faults {
    private Faults() {}

    /** Returns the failure of a peer that has sent so many bytes behind the command that begins TLS. */
    public static ProtocolException clearTextBehindStartTls(int bytes) {
        return new ProtocolException("the peer sent " + bytes + " bytes in clear text behind the command that begins"
                + " TLS, where somebody else may have put them (CVE-2011-0411)");
    }

    /** Checks that a connection, to which something else is to happen, has an output and is not about to end. */
    public static void requireOutput(Object connection, ChannelOutput out, boolean isAboutToEnd) {
        if (out.isClosed()) {
            throw new IllegalStateException(connection + " has shut down its output");
        } else if (isAboutToEnd) {
            throw new IllegalStateException(connection + " is about to end");
        }
    }

    /**
     * Returns why a connection ends that has failed so; null if it ends, if at all, for another reason.
     *
     * @param open whether the connection is still open
     */
    public static @Nullable EndReason reason(IOException failure, boolean open) {
        if (failure instanceof SocketTimeoutException) {
            return open ? EndReason.READ_TIMEOUT : EndReason.WRITE_TIMEOUT; // which closes it
        } else if (failure instanceof EOFException) {
            return EndReason.PEER;
        }
        boolean isOther = failure instanceof MessageTooLongException
                || failure instanceof ProtocolException
                || failure instanceof InterruptedIOException
                || failure instanceof ClosedChannelException; // it was closed here
        return isOther ? null : EndReason.RESET;
    }
}
