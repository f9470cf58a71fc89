package dev.socketserver.examples.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** The kinds of errors in a report. */
public enum ErrorKind {
    /** No server listens at the address. */
    REFUSED("refused"),
    /** The peer reset the connection. */
    RESET("reset"),
    /** The connection or the answer timed out. */
    TIMEOUT("timeout"),
    /** The peer closed before the whole answer had arrived. */
    CLOSED_EARLY("closed early"),
    /** The answer was wrong or longer than expected. */
    WRONG_BYTES("wrong bytes"),
    /** A datagram was not answered in time. */
    LOST("lost"),
    /** The operation was scheduled, but no client was free before the end of the run. */
    NOT_BEGUN("not begun"),
    /** A datagram was answered after its timeout; it is also counted as lost. */
    LATE("late", false),
    /** A datagram was answered more than once. */
    DUPLICATE("duplicate", false),
    /** A datagram was answered after one that was sent later. */
    REORDERED("reordered", false),
    /** There is no route to the host. */
    UNREACHABLE("unreachable"),
    /** The client has used up its ports: its own limit, not the server's. */
    NO_PORTS("no ports"),
    /** The client may not open more files: its own limit, not the server's. */
    NO_DESCRIPTORS("no descriptors"),
    /** The TLS handshake failed, or the certificate is not trusted. */
    TLS("tls"),
    /** Anything else; the report shows the first message. */
    OTHER("other");

    private final String label;
    private final boolean failure;

    ErrorKind(String label) {
        this(label, true);
    }

    ErrorKind(String label, boolean failure) {
        this.label = label;
        this.failure = failure;
    }

    /** Returns the name shown to users. */
    public String label() {
        return label;
    }

    /** Returns whether this kind means that an operation failed; otherwise it is only informative. */
    public boolean isFailure() {
        return failure;
    }

    /** Returns the kind of a channel's exception. The JDK distinguishes many of them only by their message. */
    static ErrorKind of(IOException failure) {
        if (failure instanceof WrongAnswerException) {
            return WRONG_BYTES;
        }
        if (failure instanceof EOFException) {
            return CLOSED_EARLY;
        }
        if (failure instanceof SocketTimeoutException) {
            return TIMEOUT;
        }
        if (failure instanceof SSLException) {
            return TLS;
        }
        if (failure instanceof BindException) {
            return NO_PORTS;
        }
        if (failure instanceof PortUnreachableException) {
            return REFUSED;
        }
        if (failure instanceof NoRouteToHostException) {
            return ofMessage(failure, UNREACHABLE);
        }
        return ofMessage(failure, failure instanceof ConnectException ? REFUSED : OTHER);
    }

    private static ErrorKind ofMessage(IOException failure, ErrorKind otherwise) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("reset") || message.contains("broken pipe")) {
            return RESET;
        }
        if (message.contains("timed out")) {
            return TIMEOUT;
        }
        if (message.contains("too many open files")) {
            return NO_DESCRIPTORS;
        }
        if (message.contains("cannot assign requested address")) {
            return NO_PORTS;
        }
        if (message.contains("unreachable")) {
            return UNREACHABLE;
        }
        return otherwise;
    }
}
