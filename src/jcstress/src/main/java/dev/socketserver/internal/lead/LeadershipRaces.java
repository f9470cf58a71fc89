package dev.socketserver.internal.lead;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.pool.AbortableTask;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/** What may not happen when two threads are at a {@link Leadership} or a {@link Lead} at once. */
final class LeadershipRaces {
    private LeadershipRaces() {}

    /** A vacant lead is taken by one of two workers. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = ACCEPTABLE,
            desc = "one leads")
    @Outcome(expect = FORBIDDEN, desc = "two lead, or nobody")
    @State
    public static class TakeVersusTake {
        private final Leadership leadership = new Leadership();

        /** Takes. */
        @Actor
        public void one(ZZ_Result result) {
            result.r1 = leadership.take();
        }

        /** Takes. */
        @Actor
        public void other(ZZ_Result result) {
            result.r2 = leadership.take();
        }
    }

    /** The watchdog takes the lead away while the leader comes back from its turn: one of the two has it. */
    @JCStressTest
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "the leader was back in time")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "the watchdog was faster")
    @Outcome(expect = FORBIDDEN, desc = "both think that they have it, or neither")
    @State
    public static class EndVersusTakeAway {
        private final Leadership leadership = new Leadership();
        private final long turn;

        /** A leader in its turn. */
        EndVersusTakeAway() {
            leadership.take();
            turn = leadership.begin();
        }

        /** The leader. */
        @Actor
        public void end(ZZ_Result result) {
            result.r1 = leadership.end(turn);
        }

        /** The watchdog. */
        @Actor
        public void takeAway(ZZ_Result result) {
            long seen = leadership.seen();
            result.r2 = Leadership.isRunning(seen) && leadership.giveUp(seen);
        }
    }

    /** What a leader wrote is seen by the next, when the watchdog has made the lead vacant in between. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "seen, or not the leader")
    @Outcome(expect = FORBIDDEN, desc = "the ready list of a moment ago")
    @State
    public static class HandOverPublishes {
        private final Leadership leadership = new Leadership();
        private int ready; // the leader's, like the ready list

        /** The old leader hands on inside its turn. */
        @Actor
        public void oldLeader() {
            leadership.take();
            ready = 1;
            leadership.giveUp(leadership.begin());
        }

        /** The next leader, if the lead was given up already. */
        @Actor
        public void nextLeader(Z_Result result) {
            boolean takenBefore = leadership.seen() != 0;
            result.r1 = !takenBefore || !leadership.take() || ready == 1;
        }
    }

    /** A turn begins while the watchdog goes to rest: the one sees the turn, or the other that it rests. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true", "true, true"},
            expect = ACCEPTABLE,
            desc = "the watchdog checks the turn")
    @Outcome(expect = FORBIDDEN, desc = "it rests while a turn runs")
    @State
    public static class BeginVersusRest {
        private static final HandlerTimes TIMES = new HandlerTimes();

        private final Lead lead = new Lead(NoPool.INSTANCE, NoRole.INSTANCE, TIMES);
        private volatile boolean resting;
        private boolean woken; // of the leader

        /** A lead that is taken. */
        BeginVersusRest() {
            lead.watchedBy(() -> woken = resting);
            lead.leadership().take();
        }

        /** The watchdog. */
        @Actor
        public void rest(ZZ_Result result) {
            resting = true;
            result.r1 = Leadership.isRunning(lead.leadership().seen());
        }

        /** The leader. */
        @Actor
        public void begin(ZZ_Result result) {
            lead.begin();
            result.r2 = woken;
        }
    }

    /** A pool that runs nothing. */
    private enum NoPool implements ServicePool {
        INSTANCE;

        @Override
        public void execute(Runnable task) {}

        @Override
        public boolean tryExecute(Runnable task) {
            return false;
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

    /** A role that does nothing. */
    private enum NoRole implements Lead.Role {
        INSTANCE;

        @Override
        public void lead() {}

        @Override
        public void hurry() {}

        @Override
        public void standIn() {}

        @Override
        public @Nullable AbortableTask servedBy(Thread thread) {
            return null;
        }
    }
}
