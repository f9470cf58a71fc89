package dev.socketserver.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UsageTest {
    private final ProcessHandle self = ProcessHandle.current();

    @Test
    void processorTimeGrowsWithWork() {
        double before = Usage.of(self).cpuSeconds();
        double machineBefore = Usage.machineCpuSeconds();

        while (Usage.of(self).cpuSeconds() < before + 0.05) {
            Thread.onSpinWait();
        }

        assertThat(Usage.machineCpuSeconds()).isGreaterThan(machineBefore);
    }

    @Test
    void threadsAndMemoryAreThoseOfThisProcess() {
        assertThat(Usage.of(self).threads()).isBetween(5, 1_000);
        assertThat(Usage.memoryBytes(self)).isBetween(10_000_000L, 10_000_000_000L);
    }

    @Test
    void whatAProcessHasForkedCounts() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        try {
            assertThat(Usage.of(self).threads())
                    .isGreaterThan(Thread.getAllStackTraces().size());
            assertThat(Usage.of(child.toHandle()).threads()).isOne();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void aProcessThatHasEndedHasUsedNothing() throws Exception {
        Process child = new ProcessBuilder("true").start();
        child.waitFor();

        assertThat(Usage.of(child.toHandle())).isEqualTo(new Usage(0, 0));
    }
}
