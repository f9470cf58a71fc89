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

/** The ways in which an operation fails or misbehaves, as a report names them. */
public enum ErrorKind {
    /** Nobody listens there. */
    REFUSED("refused"),
    /** The peer ended the connection with a reset. */
    RESET("reset"),
    /** Neither connected nor answered in time. */
    TIMEOUT("timeout"),
    /** The peer closed before the whole answer had arrived. */
    CLOSED_EARLY("closed early"),
    /** The answer was not the payload, or there was more of it than asked for. */
    WRONG_BYTES("wrong bytes"),
    /** A datagram was not answered in time. */
    LOST("lost"),
    /** It was meant to begin, but no client was free before the end of the run. */
    NOT_BEGUN("not begun"),
    /** A datagram was answered after it had been given up; it is counted as lost, too. */
    LATE("late", false),
    /** A datagram was answered once more. */
    DUPLICATE("duplicate", false),
    /** A datagram was answered after one that was sent later. */
    REORDERED("reordered", false),
    /** There is no way to that host. */
    UNREACHABLE("unreachable"),
    /** The client has used up its ports: its own limit, not the server's. */
    NO_PORTS("no ports"),
    /** The client may not open more files: its own limit, not the server's. */
    NO_DESCRIPTORS("no descriptors"),
    /** The peers do not agree on the encryption, or the certificate is not trusted. */
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

    /** The name for people. */
    public String label() {
        return label;
    }

    /** Whether an operation failed, rather than something worth knowing happened on the way. */
    public boolean isFailure() {
        return failure;
    }

    /** Whether the client was the one that could not go on. */
    public boolean isClientLimit() {
        return this == NO_PORTS || this == NO_DESCRIPTORS;
    }

    /** What kind of error an exception of a channel is; the JDK tells many of them apart only by their message. */
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
