package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import dev.socketserver.EndReason;
import dev.socketserver.Rejection;
import dev.socketserver.Server;
import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * The server's events in the JDK Flight Recorder, category "Socket Server". Unless a recording runs, the event classes
 * are not loaded. Thread-safe.
 */
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
final class ServerEvents {
    /** A request that takes longer is an event. */
    static final Duration SLOW_REQUEST = Duration.ofMillis(20);

    private static final long SLOW_NANOS = SLOW_REQUEST.toNanos();

    private ServerEvents() {}

    private static boolean isRecording() {
        return FlightRecorder.isInitialized();
    }

    /** Records a call of a handler that has returned, if it was slow. */
    static void handled(String server, OpenRequest request, long nanos) {
        if (nanos > SLOW_NANOS && isRecording()) {
            SlowRequest event = new SlowRequest();
            event.peer = request.remoteAddress().toString();
            event.taken = nanos;
            event.record(server);
        }
    }

    static void ended(String server, OpenRequest connection, EndReason why, long nanos) {
        if (isRecording()) {
            ConnectionEnded event = new ConnectionEnded();
            event.connection = connection.id();
            event.peer = connection.remoteAddress().toString();
            event.reason = why.name();
            event.lasted = nanos;
            event.record(server);
        }
    }

    static void rejected(String server, OpenRequest request, Rejection why) {
        if (isRecording()) {
            RequestRejected event = new RequestRejected();
            event.peer = request.remoteAddress().toString();
            event.reason = why.name();
            event.record(server);
        }
    }

    static void limitLeft(String server, int limit, Duration lasted) {
        if (isRecording()) {
            ConnectionLimitLeft event = new ConnectionLimitLeft();
            event.limit = limit;
            event.lasted = lasted.toNanos();
            event.record(server);
        }
    }

    static void drained(Server server, DrainReport report) {
        if (isRecording()) {
            ServerStopped event = new ServerStopped();
            event.finished = report.finished();
            event.idleClosed = report.idleClosed();
            event.forced = report.forced().size();
            event.record(server.toString());
        }
    }

    /** An event of a server. */
    @Category("Socket Server")
    @StackTrace(false)
    private abstract static class ServerEvent extends Event {
        @Label("Server")
        String server = "";

        final void record(String name) {
            server = name;
            commit();
        }
    }

    @Name("dev.socketserver.SlowRequest")
    @Label("Slow Request")
    @Description("A handler's call took longer than 20 ms")
    private static final class SlowRequest extends ServerEvent {
        @Label("Peer")
        String peer = "";

        @Label("Taken")
        @Timespan(Timespan.NANOSECONDS)
        long taken;
    }

    @Name("dev.socketserver.ConnectionEnded")
    @Label("Connection Ended")
    private static final class ConnectionEnded extends ServerEvent {
        @Label("Connection")
        long connection;

        @Label("Peer")
        String peer = "";

        @Label("Reason")
        String reason = "";

        @Label("Lasted")
        @Timespan(Timespan.NANOSECONDS)
        long lasted;
    }

    @Name("dev.socketserver.RequestRejected")
    @Label("Request Rejected")
    private static final class RequestRejected extends ServerEvent {
        @Label("Peer")
        String peer = "";

        @Label("Reason")
        String reason = "";
    }

    @Name("dev.socketserver.ConnectionLimitLeft")
    @Label("Connection Limit Left")
    @Description("The server had as many connections as it may have, and accepts again")
    private static final class ConnectionLimitLeft extends ServerEvent {
        @Label("Limit")
        int limit;

        @Label("Lasted")
        @Timespan(Timespan.NANOSECONDS)
        long lasted;
    }

    @Name("dev.socketserver.ServerStopped")
    @Label("Server Stopped")
    private static final class ServerStopped extends ServerEvent {
        @Label("Finished")
        int finished;

        @Label("Idle Closed")
        int idleClosed;

        @Label("Forced")
        int forced;
    }
}
