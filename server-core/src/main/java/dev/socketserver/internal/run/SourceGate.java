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
import org.jspecify.annotations.Nullable;

/** Admits requests by their source address, and closes those that are not admitted. Thread-safe. */
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

    /** Returns whether every request is admitted. */
    public boolean isOpen() {
        return access == null && table == null;
    }

    /** Admits or closes a request without a duration, such as a datagram. */
    public boolean admits(OpenRequest request) {
        InetAddress address = request.ipAddress();
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
     * Admits or closes a connection.
     *
     * @return an action to run when the connection is closed; null if it was not admitted
     */
    public @Nullable Runnable enter(OpenRequest connection) {
        InetAddress address = connection.ipAddress();
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
                shutOut(request, Rejection.SOURCE_CONNECTIONS, source + " has reached its connection limit");
            case TOO_FREQUENT -> shutOut(request, Rejection.SOURCE_RATE, source + " exceeds its rate limit");
            case TABLE_FULL ->
                shutOut(request, Rejection.SOURCE_TABLE_FULL, "the source table is full, no room for " + source);
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
