package dev.socketserver.internal.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.Framing;
import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.internal.buffer.Reading;
import dev.socketserver.internal.pool.ServicePool;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is learned from how handlers begin. */
@Timeout(60)
class FirstReadTest {
    private static final int MOST_UNREAD = 10;
    private static final LengthPrefix PREFIX = LengthPrefix.bigEndian(2);

    private final FirstRead learned = new FirstRead(new Pool(), MOST_UNREAD);

    /** Runs nothing. */
    private static final class Pool implements ServicePool {
        @Override
        public boolean tryExecute(Runnable task) {
            throw new AssertionError(task);
        }

        @Override
        public void execute(Runnable task) {
            throw new AssertionError(task);
        }

        @Override
        public boolean hasIdleWorker() {
            return false;
        }

        @Override
        public boolean isSaturated() {
            return false;
        }

        @Override
        public void onSaturation(Runnable action) {}

        @Override
        public void offSaturation(Runnable action) {}

        @Override
        public boolean onShutdown(Runnable action) {
            return true;
        }

        @Override
        public void offShutdown(Runnable action) {}

        @Override
        public boolean beginWait() {
            return false;
        }

        @Override
        public void endWait() {}
    }

    private static @Nullable Object mark(Reading reading) {
        return switch (reading) {
            case DELIMITED -> new byte[] {'-', '-'}; // another one each time
            case FRAME -> PREFIX;
            default -> null;
        };
    }

    private void begins(Reading reading, int bytes) {
        learned.begins(reading, mark(reading), bytes);
    }

    private boolean isEnough(String received) {
        Framing framing = learned.framing();
        return framing == null || framing.hasMessage(Unpooled.copiedBuffer(received, UTF_8), 0);
    }

    @ParameterizedTest
    @CsvSource({
        "LINE,ab,'ab\n'",
        "LINE,ab,abcd",
        "DELIMITED,ab-,ab--",
        "DELIMITED,a,abcd",
        "FRAME,'\0\3ab','\0\3abc'",
        "FRAME,'\0','\0\4'",
        "BYTES,ab,abc"
    })
    void aPartIsEnoughWhenTheReadWouldNotWait(Reading reading, String part, String enough) {
        for (int i = 0; i < 3; i++) {
            begins(reading, 3);
            assertThat(isEnough(part)).isFalse();
            assertThat(isEnough(enough)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ANYTHING")
    void aPartIsEnoughOnceAsMuchIsUnreadAsMayBe(Reading reading) {
        begins(reading, 1000);
        assertThat(isEnough("\1".repeat(MOST_UNREAD - 1))).isFalse();
        assertThat(isEnough("\1".repeat(MOST_UNREAD))).isTrue();
    }

    @Test
    void anythingIsEnoughBeforeAHandlerWasSeen() {
        assertThat(isEnough("a")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"LINE,4", "DELIMITED,3", "FRAME,3", "BYTES,3", "ANYTHING,0", "LINE,-1"})
    void anythingIsEnoughFromTheFirstHandlerThatBeginsInAnotherWay(Reading other, int bytes) {
        begins(Reading.LINE, 3);
        begins(other, bytes);
        assertThat(isEnough("a")).isTrue();
        begins(Reading.LINE, 3);
        assertThat(isEnough("a")).isTrue();
    }

    @Test
    void anythingIsEnoughForAHandlerThatDoesNotBeginWithARead() {
        learned.varies();
        begins(Reading.LINE, 3);
        assertThat(isEnough("a")).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aReadThatCannotBeIsNotLearned(Reading reading) {
        begins(reading, -1);
        assertThat(isEnough("a")).isTrue();
    }

    @Test
    void aDelimiterThatItsHandlerChangesIsAnotherOne() {
        byte[] delimiter = {'-'};
        learned.begins(Reading.DELIMITED, delimiter, 3);
        delimiter[0] = '+';
        assertThat(isEnough("a+")).isFalse();
        learned.begins(Reading.DELIMITED, delimiter, 3);
        assertThat(isEnough("a")).isTrue();
    }

    @Test
    void nothingIsLearnedWhereEachConnectionHasAThread() {
        var none = new FirstRead(null, MOST_UNREAD);
        none.begins(Reading.LINE, null, 3);
        assertThat(none.framing()).isNull();
    }
}
