package dev.socketserver;

import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.OpenRequests;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A live view of a server's open connections. It contains a connection from before {@code verifyRequest} until the
 * listener's {@code closed} has returned. Empty while the server is not running.
 *
 * <p>Methods that traverse the connections copy nothing and are weakly consistent, like the iterators of
 * {@code java.util.concurrent}: they visit each connection that is open throughout exactly once, in no particular
 * order, and may or may not visit one that opens or closes meanwhile. Thread-safe.
 */
public final class Connections {
    private final Supplier<@Nullable OpenRequests> open;

    Connections(Supplier<@Nullable OpenRequests> open) {
        this.open = open;
    }

    /** Returns the number of open connections. */
    public int size() {
        OpenRequests present = open.get();
        return present == null ? 0 : present.size();
    }

    /**
     * Returns the open connection with the given number, in constant time.
     *
     * @param id see {@link StreamConnection#id()}
     */
    public Optional<StreamConnection> find(long id) {
        OpenRequests present = open.get();
        return Optional.ofNullable(present == null ? null : present.find(id)).map(Connections::face);
    }

    /** Runs the action for each connection. An exception ends the traversal and is thrown to the caller. */
    public void forEach(Consumer<? super StreamConnection> action) {
        Objects.requireNonNull(action, "action");
        OpenRequests present = open.get();
        if (present != null) {
            present.forEach(request -> action.accept(face(request)));
        }
    }

    /**
     * Sends one message to all peers; see {@link StreamConnection#send(ByteBuf)}.
     *
     * @param message is not copied, and stays the caller's to release
     * @return how many connections took it
     */
    public int send(ByteBuf message) {
        return send(message, connection -> true);
    }

    /**
     * Sends one message to the peers whose connection passes the filter; see {@link StreamConnection#send(ByteBuf)}.
     *
     * @param message is not copied, and stays the caller's to release
     * @param filter runs in the calling thread
     * @return how many connections took it
     */
    public int send(ByteBuf message, Predicate<? super StreamConnection> filter) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(filter, "filter");
        int[] taken = {0};
        forEach(connection -> {
            if (filter.test(connection) && connection.send(message)) {
                taken[0]++;
            }
        });
        return taken[0];
    }

    /**
     * Returns the handlers of the given class whose {@code setup()} has returned, which happens at the first message at
     * the latest.
     *
     * <p>A handler's fields are confined to its connection's turn. Call only methods that are documented as
     * thread-safe, such as those that use {@link StreamConnection#execute} or {@code send}.
     *
     * @param type the class of the handlers, or one of its superclasses or interfaces
     * @return a sequential stream that traverses the connections when it is consumed, not a copy
     */
    public <H> Stream<H> handlers(Class<H> type) {
        Objects.requireNonNull(type, "type");
        OpenRequests present = open.get();
        return present == null
                ? Stream.empty()
                : present.stream()
                        .map(OpenRequest::handler)
                        .filter(handler -> handler instanceof RequestHandler<?> made && made.isSetUp())
                        .filter(type::isInstance)
                        .map(type::cast);
    }

    private static StreamConnection face(OpenRequest request) {
        return (StreamConnection) request.face();
    }

    @Override
    public String toString() {
        return "Connections[" + size() + "]";
    }
}
