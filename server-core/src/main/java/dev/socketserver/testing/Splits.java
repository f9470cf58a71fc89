package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a handler behaves the same however its input is split: TCP transfers bytes, not messages, so a line may
 * arrive in two pieces, or two lines in one.
 *
 * <pre>{@code
 * String output = Splits.sameOutput(() -> InMemoryConnection.to(UpperCaseHandler::new), "one\ntwo\n");
 * }</pre>
 */
public final class Splits {
    /** Up to this length, all splits are tried: 2,048 of them. */
    private static final int ALL = 12;

    /** The outcome of a connection. */
    private record Result(ByteBuf received, @Nullable String failure) {
        Result(InMemoryConnection connection, @Nullable AssertionError failure) {
            this(Unpooled.wrappedBuffer(connection.receivedBytes()), failure == null ? null : failure.getMessage());
        }

        @Override
        public String toString() {
            String sent = "sent " + InMemoryConnection.shown(ByteBufUtil.getBytes(received));
            return failure == null ? sent : sent + " and " + failure;
        }
    }

    private Splits() {}

    /** Sends text in UTF-8 and returns the output as text; see {@link #sameOutput(Supplier, byte[])}. */
    public static String sameOutput(Supplier<InMemoryConnection> connections, String input) {
        return new String(sameOutput(connections, input.getBytes(UTF_8)), UTF_8);
    }

    /**
     * Sends the input, followed by its end, to one new handler after another, split differently each time: in one
     * piece, byte by byte, in two pieces with every possible cut, and, if it has at most 12 bytes, in every other
     * possible way.
     *
     * @param connections returns a new connection to a new handler, with nothing sent
     * @return the output, which is the same for all
     * @throws AssertionError if the output or the exception of two handlers differs, or if all threw the same
     *     exception, which is the cause
     */
    public static byte[] sameOutput(Supplier<InMemoryConnection> connections, byte[] input) {
        Objects.requireNonNull(connections, "connections");
        try (InMemoryConnection whole = connections.get()) {
            AssertionError failure = serve(whole, input);
            Result expected = new Result(whole, failure);
            of(input.length).forEach(splitAt -> compare(connections, input, splitAt, expected));
            if (failure != null) {
                throw failure;
            }
            return whole.receivedBytes();
        }
    }

    private static void compare(
            Supplier<InMemoryConnection> connections, byte[] input, int[] splitAt, Result expected) {
        try (InMemoryConnection connection = connections.get()) {
            AssertionError failure = serve(connection, input, splitAt);
            Result actual = new Result(connection, failure);
            if (!actual.equals(expected)) {
                throw new AssertionError(
                        "in one piece: " + expected + "; split at " + Arrays.toString(splitAt) + ": " + actual,
                        failure);
            }
        }
    }

    private static @Nullable AssertionError serve(InMemoryConnection connection, byte[] input, int... splitAt) {
        try {
            connection.send(input, splitAt).shutdownOutput().serve();
            return null;
        } catch (AssertionError e) {
            return e;
        }
    }

    /**
     * Returns the ways to split that many bytes into two or more pieces, each as the positions at which pieces begin.
     */
    static Stream<int[]> of(int length) {
        if (length <= 1) {
            return Stream.empty();
        } else if (length <= ALL) {
            return IntStream.range(1, 1 << (length - 1))
                    .mapToObj(cuts -> IntStream.range(1, length)
                            .filter(at -> (cuts & 1 << (at - 1)) != 0)
                            .toArray());
        }
        Stream<int[]> inTwo = IntStream.range(1, length).mapToObj(at -> new int[] {at});
        return Stream.concat(inTwo, Stream.of(IntStream.range(1, length).toArray()));
    }
}
