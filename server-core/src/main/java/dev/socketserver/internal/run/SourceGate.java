package dev.socketserver.internal.run;

import dev.socketserver.Rejection;
import dev.socketserver.ServerConfig;
import dev.socketserver.limit.AccessList;
import dev.socketserver.limit.AddressPrefix;
import dev.socketserver.limit.Admission;
import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.limit.SourceLimits;
import dev.socketserver.limit.SourceTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Lets requests in, or not, by the address that they come from, and ends those that may not come. Thread-safe. */
public final class SourceGate {
    private final @Nullable AccessList access;
    private final @Nullable SourceTable table;
    private final RequestRunner runner;

    /** Creates the gate of one run of a server. */
    public SourceGate(ServerConfig config, RequestRunner runner) {
        access = config.accessList();
        SourceLimits limits = config.sourceLimits();
        table = limits == null ? null : new SourceTable(limits);
        this.runner = runner;
    }

    /** Returns whether everything may come in. */
    public boolean isOpen() {
        return access == null && table == null;
    }

    /** Lets in something that does not last, such as a datagram, or ends it. */
    public boolean admits(OpenRequest request) {
        InetAddress address = addressOf(request.remoteAddress());
        if (address == null) {
            return true;
        } else if (isDenied(request, address)) {
            return false;
        }
        SourceTable counting = table;
        if (counting == null) {
            return true;
        }
        AddressPrefix source = counting.sourceOf(address);
        return isAdmitted(request, source, counting.admit(source));
    }

    /**
     * Lets in a connection, or ends it.
     *
     * @return null if it was ended; else what is to run when it is closed
     */
    public @Nullable Runnable enter(OpenRequest connection) {
        InetAddress address = addressOf(connection.remoteAddress());
        if (address == null) {
            return () -> {};
        } else if (isDenied(connection, address)) {
            return null;
        }
        SourceTable counting = table;
        if (counting == null) {
            return () -> {};
        }
        AddressPrefix source = counting.sourceOf(address);
        Admission admission = counting.open(source);
        if (!isAdmitted(connection, source, admission)) {
            return null;
        }
        return admission == Admission.ADMITTED ? () -> counting.close(source) : () -> {};
    }

    private static @Nullable InetAddress addressOf(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    private boolean isDenied(OpenRequest request, InetAddress address) {
        AccessList list = access;
        if (list == null || list.admits(address)) {
            return false;
        }
        runner.shutOut(request, Rejection.DENIED, new LimitExceededException(address.getHostAddress() + " is denied"));
        return true;
    }

    private boolean isAdmitted(OpenRequest request, AddressPrefix source, Admission admission) {
        switch (admission) {
            case TOO_MANY_CONNECTIONS ->
                shutOut(request, Rejection.SOURCE_CONNECTIONS, source + " has as many connections as it may have");
            case TOO_FREQUENT -> shutOut(request, Rejection.SOURCE_RATE, source + " comes more often than it may");
            case TABLE_FULL ->
                shutOut(request, Rejection.SOURCE_TABLE_FULL, "there is no room to count those of " + source);
            default -> {
                return true;
            }
        }
        return false;
    }

    private void shutOut(OpenRequest request, Rejection reason, String why) {
        runner.shutOut(request, reason, new LimitExceededException(why));
    }
}
