package dev.socketserver.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class MeasurementTest {
    private static final int PROCESSORS = 2;

    @Test
    void aClientThatIsBusyAllTheTimeWhileTheServerWaitsSetsThePace() {
        assertThat(Samples.measurement(1_000, 0.3, 1.9).isClientBound(PROCESSORS))
                .isTrue();
    }

    @Test
    void aFullMachineThatMostlyRunsTheClientCountsAsWell() {
        assertThat(Samples.measurement(1_000, 0.4, 1.5).isClientBound(PROCESSORS))
                .isTrue();
    }

    @Test
    void aServerThatUsesItsShareIsNotHeldBack() {
        assertThat(Samples.measurement(1_000, 0.9, 1.1).isClientBound(PROCESSORS))
                .isFalse();
    }

    @Test
    void anIdleMachineIsNobodysFault() {
        assertThat(Samples.measurement(1_000, 0.1, 0.5).isClientBound(PROCESSORS))
                .isFalse();
    }

    @Test
    void processorTimePerOperationIsTheServersAlone() {
        assertThat(Samples.measurement(100_000, 0.5, 1.5).cpuMicrosPerOperation())
                .isEqualTo(5);
    }
}
