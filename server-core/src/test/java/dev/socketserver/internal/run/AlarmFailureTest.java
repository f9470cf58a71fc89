package dev.socketserver.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An alarm that fails to ring, as one may without memory, is not lost, nor are those that are due with it. */
@Timeout(60)
class AlarmFailureTest {
    private static final long LATER = 200_000_000;

    private final TimingWheel alarms = new TimingWheel();
    private final List<String> rung = new ArrayList<>();

    private Alarm alarm(String name, int failures) {
        return new Alarm() {
            private int left = failures;

            @Override
            protected void ring() {
                if (left-- > 0) {
                    throw new OutOfMemoryError("says the test");
                }
                rung.add(name);
            }
        };
    }

    @Test
    void thoseThatAreDueRingWhenTheWheelIsTurnedAgain() {
        alarms.set(alarm("1", 0), 0);
        alarms.set(alarm("failing once", 1), 0);
        alarms.set(alarm("2", 0), 0);
        long now = System.nanoTime() + LATER;
        assertThatThrownBy(() -> alarms.turn(now)).isInstanceOf(OutOfMemoryError.class);
        alarms.turn(now);
        alarms.turn(System.nanoTime() + 2 * LATER);
        assertThat(rung).containsExactlyInAnyOrder("1", "2", "failing once");
        assertThat(alarms.size()).isZero();
    }
}
