package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShrinkTest {
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration WINDOW = Duration.ofSeconds(2);

    private static SimulatedPool grownTo(int workers, int spare) {
        SimulatedPool it =
                new SimulatedPool(b -> b.maxWorkers(200).minSpareWorkers(spare).idleWindow(WINDOW));
        it.submit(workers, Duration.ofMillis(100));
        it.machine.advance(Duration.ofMillis(99));
        assertThat(it.size()).isEqualTo(workers);
        it.machine.advance(MILLI);
        return it;
    }

    /** Probe A: after a peak of 200, 200 tasks a second. Tomcat stays at 200, Jetty at 193. */
    @Test
    void shrinksWhileTrafficTricklesOn() {
        try (SimulatedPool it = grownTo(200, 0)) {
            it.trickle(Duration.ofMillis(5), Duration.ofSeconds(16), MILLI);
            assertThat(it.size()).isEqualTo(5);
        }
    }

    @Test
    void shrinksWithoutAnyTraffic() {
        try (SimulatedPool it = grownTo(100, 5)) {
            it.machine.advance(Duration.ofMinutes(1));
            assertThat(it.size()).isEqualTo(5);
            assertThat(it.machine.liveThreads("worker-"))
                    .as("threads, with the supervisor")
                    .isEqualTo(6);
        }
    }

    @Test
    void halfOfTheSurplusGoesAtATime() {
        try (SimulatedPool it = grownTo(105, 5)) {
            it.machine.advance(WINDOW);
            assertThat(it.size()).isEqualTo(55);
            it.machine.advance(WINDOW.dividedBy(2));
            assertThat(it.size()).isEqualTo(30);
        }
    }

    @Test
    void nobodyRetiresWithinTheFirstWindow() {
        try (SimulatedPool it = grownTo(50, 5)) {
            it.machine.advance(WINDOW.minus(MILLI));
            assertThat(it.size()).isEqualTo(50);
        }
    }

    @Test
    void spareWorkersAreKept() {
        try (SimulatedPool it = grownTo(100, 20)) {
            it.machine.advance(Duration.ofMinutes(1));
            assertThat(it.snapshot().idle()).isEqualTo(20);
        }
    }

    @Test
    void spareWorkersAreIdleOnesNotBusyOnes() {
        try (SimulatedPool it = grownTo(100, 5)) {
            it.submit(30, Duration.ofHours(1));
            it.machine.advance(Duration.ofMinutes(1));
            assertThat(it.snapshot().busy()).isEqualTo(30);
            assertThat(it.snapshot().idle()).isEqualTo(5);
        }
    }

    /** Probe D: a square wave, for which the mix-in makes over 2,000 threads in six seconds. */
    @Test
    void aSquareWaveCostsNoThreads() {
        try (SimulatedPool it = new SimulatedPool(b -> b.idleWindow(WINDOW))) {
            for (int wave = 0; wave < 10; wave++) {
                it.submit(40, Duration.ofMillis(20));
                it.machine.advance(Duration.ofMillis(600));
            }
            assertThat(it.done()).isEqualTo(400);
            assertThat(it.snapshot().started()).isLessThanOrEqualTo(40);
            assertThat(it.snapshot().retired()).isZero();
        }
    }

    /** Issue 117 of jboss-threads: workers that give up together undercut the core. */
    @Test
    void neverShrinksBelowTheMinimumWhateverTheOrder() {
        for (long seed = 0; seed < 100; seed++) {
            try (SimulatedPool it = new SimulatedPool(
                    new SimulatedMachine(seed),
                    b -> b.minWorkers(3).minSpareWorkers(0).idleWindow(Duration.ofMillis(10)))) {
                for (int round = 0; round < 5; round++) {
                    it.submit(12, MILLI);
                    it.machine.advance(Duration.ofMillis(9 + round));
                    assertThat(it.size()).as("seed %s", seed).isGreaterThanOrEqualTo(3);
                }
                it.machine.advance(Duration.ofSeconds(1));
                assertThat(it.size()).as("seed %s", seed).isEqualTo(3);
                assertThat(it.done()).as("seed %s", seed).isEqualTo(60);
            }
        }
    }

    @Test
    void anIdlePoolLooksAtNothing() {
        try (SimulatedPool it = grownTo(20, 5)) {
            it.machine.advance(Duration.ofMinutes(1));
            int unparks = it.machine.unparks();
            it.machine.advance(Duration.ofHours(1));
            assertThat(it.machine.unparks()).isEqualTo(unparks);
            assertThat(it.machine.timedParks()).as("nobody waits for the clock").isZero();
        }
    }
}
