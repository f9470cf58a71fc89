package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PaceTest {
    private static final Duration LONG = Duration.ofMillis(10);
    private static final Duration SHORT = Duration.ofNanos(5_000);

    private final Pace pace = new Pace();

    private void run(int requests, Duration each) {
        for (int i = 0; i < requests; i++) {
            pace.ran(each.toNanos());
        }
    }

    @Test
    void theFirstRequestsWhichTheJvmStillInterpretsDoNotCount() {
        run(Pace.WARM_UP, LONG);
        run(1000, SHORT);
        assertThat(pace.isSlow()).isFalse();
    }

    @Test
    void handlersThatProveSlowMakeTheServerSlowAndQuickOnesQuickAgain() {
        run(Pace.WARM_UP, SHORT);
        run(100, LONG);
        assertThat(pace.isSlow()).isTrue();
        run(10, SHORT);
        assertThat(pace.isSlow()).as("not at once").isTrue();
        run(1000, SHORT);
        assertThat(pace.isSlow()).isFalse();
    }

    @Test
    void oneLongRequestAmongQuickOnesMakesTheServerNotSlow() {
        run(Pace.WARM_UP, SHORT);
        for (int i = 0; i < 20; i++) {
            run(100, SHORT);
            run(1, LONG);
        }
        assertThat(pace.isSlow()).isFalse();
    }
}
