package dev.socketserver.internal.stream;

import dev.socketserver.ServerConfig;
import dev.socketserver.internal.buffer.SpareBuffers;
import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.run.DrainSignal;
import dev.socketserver.internal.run.RequestRunner;

/**
 * What all connections of one run of a server share.
 *
 * @param config the server's configuration
 * @param runner serves the connections
 * @param drain says whether idle connections are to end
 * @param alarms keeps the deadlines of connections that wait without a thread
 * @param waits lends threads a place to wait
 * @param slowPeers says for which peers a thread waits no longer
 * @param inputs lends the buffers of inputs
 * @param outputs lends the buffers of outputs
 * @param firstWords says who speaks first
 * @param firstRead says with what read a handler begins
 * @param handshakes says which TLS handshakes are computed
 * @param lingering closes the connections
 */
record StreamContext(
        ServerConfig config,
        RequestRunner runner,
        DrainSignal drain,
        Alarms alarms,
        Waits waits,
        SlowPeers slowPeers,
        SpareBuffers inputs,
        SpareBuffers outputs,
        FirstWords firstWords,
        FirstRead firstRead,
        HandshakeQueue handshakes,
        Lingering lingering) {}
