package dev.socketserver;

import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;

/**
 * Serves one datagram. The output written to {@link #out()} is sent to the peer as one datagram after
 * {@link #finish()}; nothing is sent if nothing was written or {@link #handle()} threw. To send several datagrams, call
 * {@link Datagram#reply}.
 */
public abstract non-sealed class DatagramRequestHandler extends RequestHandler<Datagram> {
    /** The function of a handler made from a lambda. */
    @FunctionalInterface
    public interface Exchange {
        /** Serves the datagram: reads it from {@code in} and writes the answer to {@code out}. */
        void answer(InputStream in, OutputStream out) throws Exception;
    }

    /** For subclasses. */
    protected DatagramRequestHandler() {}

    /** Returns a supplier of handlers that call the given function, to create a server from a lambda. */
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
