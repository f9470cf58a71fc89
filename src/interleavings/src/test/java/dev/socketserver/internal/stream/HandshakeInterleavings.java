package dev.socketserver.internal.stream;

import static dev.socketserver.interleavings.Threads.join;
import static dev.socketserver.interleavings.Threads.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.interleavings.Schedules;
import dev.socketserver.interleavings.Work;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What may not happen when handshakes come, are computed and leave at once. */
class HandshakeInterleavings {
    private static final int MOST = 1;

    private static HandshakeQueue.Place place(HandshakeQueue queue, int source, Runnable call) {
        var peer = new InetSocketAddress("192.0.2." + source, 1);
        return queue.place(peer.getAddress(), MOST, call);
    }

    /** Connections that compute a handshake each, when they may. */
    static final class Computing implements Runnable {
        private final HandshakeQueue queue = new HandshakeQueue();
        private final AtomicInteger computing = new AtomicInteger();
        private final AtomicInteger computed = new AtomicInteger();

        @Override
        public void run() {
            join(start(() -> shakeHands(1)), start(() -> shakeHands(1)), start(() -> shakeHands(2)));
            assertThat(computed).as("handshakes that were computed").hasValue(3);
            assertThat(place(queue, 3, () -> {}).mayCompute())
                    .as("one that comes later may")
                    .isTrue();
        }

        private void shakeHands(int source) {
            var called = new Work<Runnable>(); // by the one that leaves
            HandshakeQueue.Place place = place(queue, source, called::end);
            if (!place.mayCompute()) {
                called.forEach(Runnable::run); // waits for the call
                assertThat(place.mayCompute()).as("may, since it was called").isTrue();
            }
            assertThat(computing.incrementAndGet()).as("computed at a time").isLessThanOrEqualTo(MOST);
            computed.incrementAndGet();
            computing.decrementAndGet();
            place.leave();
        }
    }

    /** One that waits is closed, perhaps just when it is admitted: the next one is not forgotten. */
    static final class LeavingAgainstAdmission implements Runnable {
        @Override
        public void run() {
            var queue = new HandshakeQueue();
            var called = new Work<Runnable>();
            HandshakeQueue.Place first = place(queue, 1, () -> {});
            HandshakeQueue.Place closed = place(queue, 2, () -> {});
            HandshakeQueue.Place last = place(queue, 3, called::end);
            assertThat(first.mayCompute()).isTrue();
            assertThat(closed.mayCompute()).isFalse();
            assertThat(last.mayCompute()).isFalse();
            Thread leaving = start(first::leave);
            Thread closing = start(closed::leave);
            called.forEach(Runnable::run); // until it may
            assertThat(last.mayCompute()).isTrue();
            join(leaving, closing);
            last.leave();
            assertThat(place(queue, 4, () -> {}).mayCompute())
                    .as("nobody is counted for ever")
                    .isTrue();
        }
    }

    @Test
    void noMoreAreComputedThanMayBeAndNoneIsForgotten() throws Exception {
        Schedules.hold(Computing.class);
    }

    @Test
    void oneThatIsClosedWhenItIsAdmittedMakesRoomForTheNext() throws Exception {
        Schedules.hold(LeavingAgainstAdmission.class);
    }

    @Test
    void aQueueWithoutALockIsFound() throws Exception {
        Schedules.failIfTorn(Computing.class, HandshakeQueue.class);
        Schedules.failIfTorn(LeavingAgainstAdmission.class, HandshakeQueue.class);
    }
}
