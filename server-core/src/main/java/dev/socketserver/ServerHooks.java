package dev.socketserver;

import dev.socketserver.internal.run.Hooks;
import dev.socketserver.internal.run.OpenRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls the hooks of a server and its handlers on behalf of the engine, which knows neither. Thread-safe.
 *
 * @param <R> what the server accepts
 */
final class ServerHooks<R extends Request> implements Hooks {
    private final BaseServer<R> server;
    private final Supplier<? extends RequestHandler<R>> handlers;

    ServerHooks(BaseServer<R> server, Supplier<? extends RequestHandler<R>> handlers) {
        this.server = server;
        this.handlers = handlers;
    }

    /** Returns the request as hooks and handlers see it: the server's endpoint makes no other. */
    @SuppressWarnings("unchecked")
    private R face(OpenRequest request) {
        return (R) request.face();
    }

    @Override
    public boolean verify(OpenRequest request) throws Exception {
        return server.verifyRequest(face(request));
    }

    @Override
    public void process(OpenRequest request) throws Exception {
        server.processRequest(face(request));
    }

    @Override
    public void setUp(OpenRequest request) throws Exception {
        handler(request).setUp();
    }

    /** Returns the handler of the request, which is created when it is first asked for. */
    private RequestHandler<?> handler(OpenRequest request) {
        RequestHandler<?> handler = existing(request);
        if (handler == null) {
            RequestHandler<R> made = Objects.requireNonNull(handlers.get(), "the handler supplier returned null");
            made.attach(face(request), server);
            request.handler(made);
            handler = made;
        }
        return handler;
    }

    private static @Nullable RequestHandler<?> existing(OpenRequest request) {
        return (RequestHandler<?>) request.handler();
    }

    @Override
    public void serve(OpenRequest request) throws Exception {
        server.finishRequest(face(request));
    }

    @Override
    public void handle(OpenRequest request) throws Exception {
        RequestHandler<?> handler = handler(request);
        request.kept(false);
        handler.setUp();
        boolean isOver = request.isKept() || !request.isOpen(); // setup() has relayed or closed it
        request.handling();
        try {
            if (!isOver && handler.handleOnce()) {
                request.kept(true);
            }
            if (!request.isKept()) {
                request.endsBy(EndReason.HANDLER);
                request.endCalls();
                handler.end();
            }
        } catch (Throwable e) {
            request.endsBy(EndReason.ERROR);
            request.refuseTasks();
            handler.endAfter(e);
            throw e;
        }
    }

    @Override
    public void idle(OpenRequest request) throws IOException {
        RequestHandler<?> handler = existing(request);
        if (handler != null && !handler.isFinished()) {
            handler.hearSilence();
        }
    }

    @Override
    public void sayGoodbye(OpenRequest request) throws Exception {
        RequestHandler<?> handler = existing(request);
        if (handler != null && !handler.isFinished()) {
            handler.sayGoodbye();
        }
    }

    @Override
    public void finish(OpenRequest request) throws Exception {
        RequestHandler<?> handler = existing(request);
        if (handler != null) {
            handler.end();
        }
    }

    @Override
    public void overload(OpenRequest request) throws Exception {
        server.handleOverload(face(request));
    }

    @Override
    public void error(OpenRequest request, Throwable failure) {
        server.handleError(face(request), failure);
    }

    @Override
    public void shutDown(OpenRequest request) throws Exception {
        server.shutdownRequest(face(request));
    }

    @Override
    public boolean hasServiceActions() {
        boolean overridden = false;
        for (Class<?> type = server.getClass(); type != BaseServer.class; type = type.getSuperclass()) {
            overridden |= Arrays.stream(type.getDeclaredMethods())
                    .anyMatch(method -> method.getName().equals("serviceActions") && method.getParameterCount() == 0);
        }
        return overridden;
    }

    @Override
    public void serviceActions() throws Exception {
        server.serviceActions();
    }

    @Override
    public void stopListening() {
        server.stopListening();
    }
}
