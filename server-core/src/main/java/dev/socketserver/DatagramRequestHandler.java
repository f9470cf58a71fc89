package dev.socketserver;

import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;

/**
 * Serves one datagram. What is written to {@link #out()} goes back to the peer as one datagram after {@link #finish()};
 * nothing is sent if nothing was written or {@link #handle()} threw. Several or other datagrams go through
 * {@link Datagram#reply}.
 */
public abstract non-sealed class DatagramRequestHandler extends RequestHandler<Datagram> {
    /** What a handler made from a lambda does with its datagram. */
    @FunctionalInterface
    public interface Exchange {
        /** Serves the datagram, which is read from {@code in}; what is written to {@code out} is the answer. */
        void answer(InputStream in, OutputStream out) throws Exception;
    }

    /** For subclasses. */
    protected DatagramRequestHandler() {}

    /** Returns a supplier of handlers that make one exchange each, for a server made from a lambda. */
    public static Supplier<DatagramRequestHandler> of(Exchange exchange) {
        return () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws Exception {
                exchange.answer(in(), out());
            }
        };
    }

    /** Returns the datagram. */
    protected final Datagram datagram() {
        return request();
    }

    /** Returns the datagram's bytes as a stream. */
    protected final InputStream in() {
        return new ByteBufInputStream(request().content());
    }

    /** Returns the stream that collects the answer. */
    protected final OutputStream out() {
        return new ByteBufOutputStream(request().answer());
    }
}
