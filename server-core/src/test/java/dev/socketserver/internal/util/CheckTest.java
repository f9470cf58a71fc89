package dev.socketserver.internal.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CheckTest {
    private static final Duration TOO_LONG = Duration.ofSeconds(Long.MAX_VALUE);

    @Test
    void aGoodValueIsReturned() {
        assertThat(Check.notBlank("name", "a b")).isEqualTo("a b");
        assertThat(Check.atLeast("backlog", 1, 1)).isEqualTo(1);
        assertThat(Check.atLeast("permits", 1L << 40, 1L << 41)).isEqualTo(1L << 41);
        assertThat(Check.between("port", 0, 65_535, 0)).isZero();
        assertThat(Check.between("port", 0, 65_535, 65_535)).isEqualTo(65_535);
        assertThat(Check.notNegative("grace", Duration.ZERO)).isZero();
        assertThat(Check.positive("window", Duration.ofNanos(1))).hasNanos(1);
    }

    @Test
    void theMessageNamesTheOptionAndTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.atLeast("backlog", 1, 0))
                .withMessage("backlog must be at least 1: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.notBlank("name", " "))
                .withMessage("name must not be blank:  ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.between("port", 0, 65_535, 65_536))
                .withMessage("port must be 0 to 65535: 65536");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.between("port", 0, 65_535, -1))
                .withMessage("port must be 0 to 65535: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.notNegative("grace", Duration.ofNanos(-1)))
                .withMessage("grace must not be negative: PT-0.000000001S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.positive("window", Duration.ZERO))
                .withMessage("window must be positive: PT0S");
    }

    @Test
    void aTimeThatNoClockOfNanosecondsCanShowIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.notNegative("grace", TOO_LONG))
                .withMessageStartingWith("grace must be at most 292 years: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.positive("window", TOO_LONG))
                .withMessageStartingWith("window must be at most 292 years: ");
    }
}
