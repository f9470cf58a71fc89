package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.StreamRequestHandler;
import dev.socketserver.peer.LineEcho;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SplitsTest {
    /** Takes what one read brings for a message, which is the mistake. */
    private static final Supplier<StreamRequestHandler> NAIVE =
            StreamRequestHandler.of((in, out) -> out.write("[" + in.buffer().toString(UTF_8) + "]", UTF_8));

    @Test
    void theOutputIsReturnedIfItIsAlwaysTheSame() {
        assertThat(Splits.sameOutput(() -> InMemoryConnection.to(LineEcho::new), "one\ntwo\n"))
                .isEqualTo("one\ntwo\n");
        assertThat(Splits.sameOutput(() -> InMemoryConnection.to(LineEcho::new), "a line of text\nand another\n"))
                .isEqualTo("a line of text\nand another\n");
    }

    @Test
    void aHandlerThatTakesOneReadForAMessageIsFound() {
        assertThatThrownBy(() -> Splits.sameOutput(() -> InMemoryConnection.to(NAIVE), "ab"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("in one piece: sent \"[ab]\"; split at [1]: sent \"[a]\"");
    }

    @Test
    void aHandlerThatThrowsForOneSplitIsFound() {
        Supplier<StreamRequestHandler> handlers = StreamRequestHandler.of((in, out) -> {
            if (in.buffer().readableBytes() == 2) {
                throw new IOException("two bytes");
            }
        });
        assertThatThrownBy(() -> Splits.sameOutput(() -> InMemoryConnection.to(handlers), "abcdefghijklmnop"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("split at [2]: sent \"\" and the handler threw java.io.IOException: two bytes")
                .hasRootCauseMessage("two bytes");
    }

    @Test
    void aHandlerThatAlwaysThrowsTheSameFailsTheCheckOnlyAtItsEnd() {
        var calls = new AtomicInteger();
        Supplier<StreamRequestHandler> handlers = StreamRequestHandler.of((in, out) -> {
            calls.incrementAndGet();
            throw new IOException("always");
        });
        assertThatThrownBy(() -> Splits.sameOutput(() -> InMemoryConnection.to(handlers), "abc"))
                .isInstanceOf(AssertionError.class)
                .hasRootCauseMessage("always");
        assertThat(calls).hasValue(4);
    }

    @Test
    void aShortInputIsSplitInAllWays() {
        Set<String> seen = new HashSet<>();
        Supplier<StreamRequestHandler> handlers = StreamRequestHandler.of((in, out) -> {
            var pieces = new StringBuilder();
            for (var piece = in.buffer(); piece.isReadable(); piece = in.buffer()) {
                pieces.append(piece.readCharSequence(piece.readableBytes(), UTF_8))
                        .append('|');
            }
            seen.add(pieces.toString());
        });

        Splits.sameOutput(() -> InMemoryConnection.to(handlers), "abcd");
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "abcd|", "a|bcd|", "ab|cd|", "abc|d|", "a|b|cd|", "a|bc|d|", "ab|c|d|", "a|b|c|d|");
        seen.clear();
        Splits.sameOutput(() -> InMemoryConnection.to(handlers), "abcdefghijklm");
        assertThat(seen).hasSize(14).contains("abcdefghijklm|", "a|b|c|d|e|f|g|h|i|j|k|l|m|", "abcdefghijkl|m|");
        seen.clear();
        Splits.sameOutput(() -> InMemoryConnection.to(handlers), "");
        assertThat(seen).containsExactly("");
    }
}
