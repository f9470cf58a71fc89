package dev.socketserver.internal.run;

import java.io.IOException;

/**
 * The methods of a server and its handlers that a run of the server calls. An exception from a method ends only that
 * request.
 */
public interface Hooks {
    /** Returns whether to serve a request. */
    boolean verify(OpenRequest request) throws Exception;

    /** Passes a verified request on to be served; by default to {@link ServerRun#process}. */
    void process(OpenRequest request) throws Exception;

    /** Creates the handler of a request and sets it up, unless this was done before. Called in the turn. */
    void setUp(OpenRequest request) throws Exception;

    /** Serves one message of a request by the server's hook, which calls {@link #handle}. Called in the turn. */
    void serve(OpenRequest request) throws Exception;

    /**
     * Handles one message of a request: sets the handler up, unless this was done before, calls
     * {@link OpenRequest#handling()}, and then the handler. Called in the turn.
     */
    void handle(OpenRequest request) throws Exception;

    /** Notifies the handler, if it was set up, that its peer has been silent for a while. Called in the turn. */
    void idle(OpenRequest request) throws IOException;

    /**
     * Makes the handler send its goodbye to a peer that was idle when the server began to drain. Called in the turn.
     */
    void sayGoodbye(OpenRequest request) throws Exception;

    /** Finishes the handler, unless there is none or it is already finished. Called in the turn. */
    void finish(OpenRequest request) throws Exception;

    /** Sends the overload reply to the peer of a request that no worker will serve. Called in the turn. */
    void overload(OpenRequest request) throws Exception;

    /** Handles a failure to serve a request. */
    void error(OpenRequest request, Throwable failure);

    /** Shuts down a finished request with the server's hook. */
    void shutDown(OpenRequest request) throws Exception;

    /** Returns whether the server has periodic work. */
    boolean hasServiceActions();

    /** Does the server's periodic work. */
    void serviceActions() throws Exception;

    /** Stops listening with the server's hook. */
    void stopListening();
}
