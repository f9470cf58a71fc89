package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Timeout;

/** Where an answer ends depends on its bytes and not on their pieces. Metrics are figures or are refused. */
@Timeout(60)
class AnswerFuzzTest {
    private static final int WRONG = -2;

    @FuzzTest
    void anAnswerEndsAtTheSameByteHoweverItComes(FuzzedDataProvider data) {
        Answer answer = switch (data.consumeInt(0, 2)) {
            case 0 -> Answer.ofLength(data.consumeInt(1, 100));
            case 1 -> Answer.frame(data.consumeInt(1, 4));
            default -> Answer.until(data.consumeBoolean() ? new byte[] {'\r', '\n'} : new byte[2]);
        };
        int step = data.consumeInt(1, 9);
        byte[] bytes = data.consumeRemainingAsBytes();
        int whole = end(answer, bytes, bytes.length, 0);
        int searched = 0;
        int end = -1;
        for (int there = 0; there < bytes.length && end == -1; ) {
            there = Math.min(bytes.length, there + step);
            end = end(answer, bytes, there, searched);
            searched = there;
        }
        assertThat(end).isEqualTo(whole);
        checkMetrics(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private static int end(Answer answer, byte[] bytes, int there, int searched) {
        try {
            return answer.endIn(ByteBuffer.wrap(bytes, 0, there), searched);
        } catch (WrongAnswerException e) {
            return WRONG;
        }
    }

    private static void checkMetrics(String text) {
        try {
            assertThat(PoolMetrics.parse(text)).isNotNull();
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("has no metric");
        }
    }
}
