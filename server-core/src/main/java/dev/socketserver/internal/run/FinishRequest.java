package dev.socketserver.internal.run;

/**
 * Implements the server's hook {@code finishRequest}. In a turn, it handles one message. If a user calls the hook in a
 * thread without a turn, it serves the whole request, which then only has to be shut down.
 */
public final class FinishRequest {
    private final RequestRunner runner;
    private final Hooks hooks;

    FinishRequest(RequestRunner runner, Hooks hooks) {
        this.runner = runner;
        this.hooks = hooks;
    }

    /**
     * Serves a request in the calling thread.
     *
     * @throws IllegalStateException if another thread serves the request, or it is closed
     */
    public void serve(OpenRequest request) throws Exception {
        LoggingContext.Scope scope = runner.context().enter(request);
        try {
            serveInContext(request);
        } finally {
            scope.leave();
        }
    }

    private void serveInContext(OpenRequest request) throws Exception {
        if (request.hasTurn() && !request.hasEnded()) {
            hooks.handle(request);
            return;
        }
        if (!request.begin()) {
            throw new IllegalStateException(request + " is closed, or served by another thread");
        }
        try {
            while (hasMessage(request)) {
                runner.handle(request);
                if (!request.isKept()) {
                    break;
                }
                request.handled();
            }
            runner.ends().finish(request);
        } catch (Throwable e) {
            request.failed();
            runner.ends().sendLastWords(request);
            throw e;
        }
    }

    /** Waits in the calling thread for a message; returns false if there will be no more. */
    private boolean hasMessage(OpenRequest request) throws Exception {
        while (true) {
            runner.runCalls(request);
            switch (request.look()) {
                case MESSAGE -> {
                    return true;
                }
                case NOTHING -> {
                    if (request.takesIdleEvent()) {
                        hooks.idle(request);
                    } else {
                        runner.prepareToWait(request);
                        request.awaitNext();
                    }
                }
                case END -> {
                    return false;
                }
            }
        }
    }
}
