package dev.socketserver.internal.run;

import java.io.IOException;

/** What a run of a server calls of the server and its handlers. Whatever a method throws costs the one request. */
public interface Hooks {
    /** Returns whether to serve a request. */
    boolean verify(OpenRequest request) throws Exception;

    /** Passes a verified request on to where it is served; by default to {@link ServerRun#process}. */
    void process(OpenRequest request) throws Exception;

    /** Creates the handler of a request and sets it up, unless that was done before. Of the turn. */
    void setUp(OpenRequest request) throws Exception;

    /** Serves one message of a request by the server's hook, which calls {@link #handle}. Of the turn. */
    void serve(OpenRequest request) throws Exception;

    /**
     * Has the handler handle one message of a request: sets it up, unless that was done before, calls
     * {@link OpenRequest#handling()}, and then the handler. Of the turn.
     */
    void handle(OpenRequest request) throws Exception;

    /** Tells the handler, if it was set up, that its peer has been silent for a while. Of the turn. */
    void idle(OpenRequest request) throws IOException;

    /** Has the handler say the last words to a peer that was idle when the server began to drain. Of the turn. */
    void sayGoodbye(OpenRequest request) throws Exception;

    /** Finishes the handler, unless there is none or it is finished. Of the turn. */
    void finish(OpenRequest request) throws Exception;

    /** Says the last words to the peer of a request that no worker will serve. Of the turn. */
    void overload(OpenRequest request) throws Exception;

    /** Handles a failure to serve a request. */
    void error(OpenRequest request, Throwable failure);

    /** Shuts a request down that is done with, by the server's hook. */
    void shutDown(OpenRequest request) throws Exception;

    /** Returns whether the server has periodic work. */
    boolean hasServiceActions();

    /** Does the server's periodic work. */
    void serviceActions() throws Exception;

    /** Stops listening, by the server's hook. */
    void stopListening();
}
