package dev.socketserver.internal.run;

import static dev.socketserver.interleavings.Threads.join;
import static dev.socketserver.interleavings.Threads.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.interleavings.Schedules;
import dev.socketserver.interleavings.Work;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What may not happen when a request is parked, called, found ready and ended at once. */
class TurnInterleavings {
    /** A request that counts what it is called for, and ends when it is told to. */
    private static final class Counting extends Turn {
        private final Work<Runnable> work;
        final AtomicInteger calls = new AtomicInteger();
        final AtomicInteger input = new AtomicInteger();
        private final AtomicInteger owners = new AtomicInteger();
        private volatile boolean closes;
        volatile int seenCalls; // written in the turn
        volatile int seenInput; // written in the turn
        int ends; // of the turn

        Counting(Work<Runnable> work) {
            this.work = work;
        }

        @Override
        protected void wake() {}

        /** The leader takes it from its list, and begins a turn, or arms it. */
        @Override
        protected void schedule() {
            work.add(this::arrive);
        }

        private void arrive() {
            if (!serveQueued()) {
                arm();
            }
        }

        /** Has a turn, unless another thread has begun it or the request rests; returns whether it had. */
        boolean serveQueued() {
            boolean begun = begin();
            if (begun) {
                serve();
            }
            return begun;
        }

        /** What has come meanwhile is reported at once. */
        private void arm() {
            arming();
            if (input.get() > seenInput) {
                ready();
            }
        }

        /** The leader finds it ready. */
        void ready() {
            if (beginReady()) {
                serve();
            }
        }

        void call(boolean close) {
            if (close) {
                closes = true;
            } else {
                calls.incrementAndGet();
            }
            call();
        }

        /** The peer sends something, which the selector reports. */
        void receive() {
            input.incrementAndGet();
            work.add(this::ready);
        }

        void serve() {
            assertThat(hasTurn()).as("the thread knows that it has the turn").isTrue();
            do {
                assertThat(owners.incrementAndGet())
                        .as("threads that have the turn")
                        .isEqualTo(1);
                boolean isLast = closes;
                seenCalls = calls.get();
                seenInput = input.get();
                owners.decrementAndGet();
                if (isLast) {
                    assertThat(end()).as("ended by its owner").isTrue();
                    ends++;
                    work.end();
                    return;
                }
            } while (!parks());
        }

        private boolean parks() {
            Parking parking = tryPark();
            if (parking == Parking.PARKED_UNARMED) {
                work.add(this::arrive);
            }
            return parking != Parking.CALLED;
        }
    }

    /** A worker serves, the leader takes what is ready or called, the peer sends, and others call and close. */
    static final class CallsInputAndEnd implements Runnable {
        @Override
        public void run() {
            var work = new Work<Runnable>();
            var request = new Counting(work);
            Thread worker = start(request::serveQueued);
            Thread leader = start(() -> work.forEach(Runnable::run));
            Thread peer = start(() -> {
                request.receive();
                request.receive();
            });
            request.call(false);
            request.call(false);
            join(peer);
            request.call(true);
            join(worker, leader);
            assertThat(request.ends).as("ends").isEqualTo(1);
            assertThat(request.hasEnded()).isTrue();
            assertThat(request.seenCalls).as("calls that a turn has seen").isEqualTo(2);
            assertThat(request.seenInput).as("input that a turn has seen").isEqualTo(2);
        }
    }

    /** Without an end that would look once more: what came is seen by the time that everybody rests. */
    static final class CallsAndInput implements Runnable {
        @Override
        public void run() {
            var work = new Work<Runnable>();
            var request = new Counting(work);
            Thread worker = start(request::serveQueued);
            Thread caller = start(() -> request.call(false));
            Thread peer = start(request::receive);
            Thread leader = start(() -> work.forEach(Runnable::run));
            join(worker, caller, peer);
            work.end();
            join(leader);
            assertThat(request.seenCalls).as("calls that a turn has seen").isEqualTo(1);
            assertThat(request.seenInput).as("input that a turn has seen").isEqualTo(1);
            assertThat(request.isParked()).isTrue();
        }
    }

    /** A drain interrupts the thread that serves the request, which parks or ends meanwhile. */
    static final class Interrupts implements Runnable {
        @Override
        public void run() {
            var work = new Work<Runnable>();
            var request = new Counting(work);
            Thread worker = start(() -> {
                request.begin();
                request.serve();
                assertThat(Thread.currentThread().isInterrupted())
                        .as("interrupted after its turn")
                        .isFalse();
            });
            Thread drain = start(request::interrupt);
            Thread closer = start(() -> request.call(true));
            join(worker, drain, closer);
            work.drain(Runnable::run);
            assertThat(request.hasEnded()).isTrue();
        }
    }

    @Test
    void whatCameBeforeTheEndIsSeenByATurn() throws Exception {
        Schedules.hold(CallsInputAndEnd.class);
    }

    @Test
    void whatCameIsSeenByATurnBeforeTheRequestRests() throws Exception {
        Schedules.hold(CallsAndInput.class);
    }

    @Test
    void aThreadIsNotInterruptedForARequestThatItNoLongerServes() throws Exception {
        Schedules.hold(Interrupts.class);
    }

    @Test
    void transitionsInTwoStepsAreFound() throws Exception {
        Schedules.failIfTorn(CallsInputAndEnd.class, Turn.class);
        Schedules.failIfTorn(CallsAndInput.class, Turn.class);
        Schedules.failIfTorn(Interrupts.class, Turn.class);
    }
}
