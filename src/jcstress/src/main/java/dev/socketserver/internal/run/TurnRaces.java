package dev.socketserver.internal.run;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/** What may not happen when other threads want something of a request while its {@link Turn} begins, rests, or ends. */
final class TurnRaces {
    private TurnRaces() {}

    /** A turn that counts how often it was scheduled and woken. */
    private static final class Counted extends Turn {
        volatile int scheduled; // by one thread at most
        volatile int woken; // by one thread at most

        @Override
        protected void wake() {
            woken++;
        }

        @Override
        protected void schedule() {
            scheduled++;
        }

        /** Returns a turn that is parked, and need not be armed. */
        static Counted parked() {
            var turn = new Counted();
            turn.begin();
            turn.tryPark();
            return turn;
        }
    }

    /** A message is queued and the request called, while its turn sends what is there and parks. */
    @JCStressTest
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "sent, or the turn goes on")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "sent, and called in vain")
    @Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "another turn will send it")
    @Outcome(expect = FORBIDDEN, desc = "parked with a message that nobody sends")
    @State
    public static class SendVersusPark {
        private final Counted turn = new Counted();
        private volatile boolean queued;
        private boolean seen; // of the turn

        /** Another thread. */
        @Actor
        public void send() {
            queued = true;
            turn.call();
        }

        /** The thread that has the turn. */
        @Actor
        public void serve() {
            turn.begin();
            seen = queued;
            if (turn.tryPark() == Turn.Parking.CALLED) {
                seen = queued;
            }
        }

        /** Afterwards. */
        @Arbiter
        public void end(ZI_Result result) {
            result.r1 = seen;
            result.r2 = turn.scheduled;
        }
    }

    /** The leader finds a parked request ready while another thread calls it: one turn begins. */
    @JCStressTest
    @Outcome(id = "true, false, 0", expect = ACCEPTABLE, desc = "the leader has the turn, in which the call is pending")
    @Outcome(id = "false, true, 1", expect = ACCEPTABLE, desc = "the call has begun one, in which it has to be armed")
    @Outcome(expect = FORBIDDEN, desc = "two turns, or none")
    @State
    public static class ReadyVersusCall {
        private final Counted turn = Counted.parked();
        private boolean ready;

        /** The leader. */
        @Actor
        public void ready() {
            ready = turn.beginReady();
        }

        /** Another thread. */
        @Actor
        public void call() {
            turn.call();
        }

        /** Afterwards. */
        @Arbiter
        public void end(ZZI_Result result) {
            result.r1 = ready;
            result.r2 = turn.begin() && turn.isUnarmed();
            result.r3 = turn.scheduled;
        }
    }

    /** The leader finds a request ready that is about to be parked: it has a turn at once, or is armed again. */
    @JCStressTest
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "parked in time")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "missed, and known to be")
    @Outcome(expect = FORBIDDEN, desc = "parked with input of which nobody knows")
    @State
    public static class ReadyVersusPark {
        private final Counted turn = new Counted();

        /** The leader. */
        @Actor
        public void ready(ZZ_Result result) {
            result.r1 = turn.beginReady();
        }

        /** The thread that has the turn, which no longer has it afterwards. */
        @Actor
        public void park(ZZ_Result result) {
            turn.begin();
            result.r2 = turn.tryPark() == Turn.Parking.PARKED_UNARMED;
        }
    }

    /** A request that waits in its thread is called while the wait begins. */
    @JCStressTest
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "called before it could wait")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "woken")
    @Outcome(expect = FORBIDDEN, desc = "waits, and was called")
    @State
    public static class WaitVersusCall {
        private final Counted turn = new Counted();
        private boolean waits;

        /** A request in its turn. */
        WaitVersusCall() {
            turn.begin();
        }

        /** The thread that has the turn. */
        @Actor
        public void begin() {
            waits = turn.beginWait();
        }

        /** Another thread. */
        @Actor
        public void call() {
            turn.call();
        }

        /** Afterwards. */
        @Arbiter
        public void end(ZI_Result result) {
            result.r1 = waits;
            result.r2 = turn.woken;
        }
    }

    /** A call of a request that ends begins no other turn. */
    @JCStressTest
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "ended")
    @Outcome(expect = FORBIDDEN, desc = "not ended, or scheduled after its end")
    @State
    public static class EndVersusCall {
        private final Counted turn = new Counted();
        private boolean ended;

        /** The thread that has the turn. */
        @Actor
        public void end() {
            turn.begin();
            ended = turn.end();
        }

        /** Another thread. */
        @Actor
        public void call() {
            turn.call();
        }

        /** Afterwards. */
        @Arbiter
        public void end(ZI_Result result) {
            result.r1 = ended;
            result.r2 = turn.scheduled;
        }
    }

    /** A thread is interrupted for a request only while it has the request's turn, and is not afterwards. */
    @JCStressTest
    @Outcome(id = "false", expect = ACCEPTABLE, desc = "cleared, or not interrupted")
    @Outcome(expect = FORBIDDEN, desc = "it serves the next request interrupted")
    @State
    public static class InterruptVersusPark {
        private final Counted turn = new Counted();

        /** The thread that has the turn. */
        @Actor
        public void park(Z_Result result) {
            turn.begin();
            turn.tryPark();
            result.r1 = Thread.interrupted();
        }

        /** A drain that is out of patience. */
        @Actor
        public void interrupt() {
            turn.interrupt();
        }
    }
}
