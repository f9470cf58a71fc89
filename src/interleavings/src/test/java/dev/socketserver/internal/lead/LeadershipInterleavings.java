package dev.socketserver.internal.lead;

import static dev.socketserver.interleavings.Threads.join;
import static dev.socketserver.interleavings.Threads.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.interleavings.Schedules;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What may not happen when workers take the lead and a watchdog takes it away. */
class LeadershipInterleavings {
    /** Workers lead for two turns each, if they can; between and around them one leads at a time. */
    static final class TakenAway implements Runnable {
        private final Leadership leadership = new Leadership();
        private final AtomicInteger leaders = new AtomicInteger();
        private int selections; // confined to the leader
        private final AtomicInteger turns = new AtomicInteger();

        @Override
        public void run() {
            Thread one = start(this::work);
            Thread other = start(this::work);
            Thread watchdog = start(() -> {
                takeAway();
                takeAway();
            });
            join(one, other, watchdog);
            assertThat(selections)
                    .as("selections, which no leader has overwritten")
                    .isEqualTo(turns.get());
            assertThat(leadership.take()).as("vacant afterwards").isTrue();
        }

        private void work() {
            boolean leads = leadership.take();
            for (int i = 0; leads && i < 2; i++) {
                select();
                leads = leadership.end(leadership.begin());
            }
            if (leads) {
                leadership.giveUp();
            }
        }

        private void select() {
            assertThat(leaders.incrementAndGet()).as("leaders").isEqualTo(1);
            int before = selections;
            turns.incrementAndGet();
            selections = before + 1;
            leaders.decrementAndGet();
        }

        private void takeAway() {
            long seen = leadership.seen();
            if (Leadership.isRunning(seen)) {
                leadership.giveUp(seen);
            }
        }
    }

    @Test
    void oneWorkerLeadsAtATime() throws Exception {
        Schedules.hold(TakenAway.class);
    }

    @Test
    void transitionsInTwoStepsAreFound() throws Exception {
        Schedules.failIfTorn(TakenAway.class, Leadership.class);
    }
}
