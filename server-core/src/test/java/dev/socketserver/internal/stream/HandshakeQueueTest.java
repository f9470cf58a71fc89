package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HandshakeQueueTest {
    private final HandshakeQueue queue = new HandshakeQueue();
    private final List<String> called = new ArrayList<>();

    private HandshakeQueue.Place place(String address, int most, String name) {
        InetAddress peer = new InetSocketAddress(address, 1).getAddress();
        return queue.place(peer, most, () -> called.add(name));
    }

    @Test
    void asManyAsAllowedAreComputedAtOnceAndTheOthersAreCalledWhenOneLeaves() {
        HandshakeQueue.Place first = place("192.0.2.1", 2, "first");
        HandshakeQueue.Place second = place("192.0.2.1", 2, "second");
        HandshakeQueue.Place third = place("192.0.2.1", 2, "third");
        assertThat(first.mayCompute()).isTrue();
        assertThat(second.mayCompute()).isTrue();
        assertThat(third.mayCompute()).isFalse();
        assertThat(third.mayCompute()).as("asked again").isFalse();
        assertThat(called).isEmpty();
        second.leave();
        assertThat(called).containsExactly("third");
        assertThat(third.mayCompute()).isTrue();
        second.leave(); // again
        assertThat(place("192.0.2.1", 2, "fourth").mayCompute()).isFalse();
    }

    @Test
    void whoPausesLetsOthersComputeButKeepsItsPlaceInTheQueue() {
        HandshakeQueue.Place first = place("192.0.2.1", 1, "first");
        HandshakeQueue.Place second = place("192.0.2.2", 1, "second");
        assertThat(first.isTaken()).isFalse();
        assertThat(first.mayCompute()).isTrue();
        assertThat(second.mayCompute()).isFalse();
        assertThat(first.isTaken()).isTrue();
        second.pause();
        assertThat(second.isTaken()).as("in the queue").isTrue();
        first.pause();
        assertThat(first.isTaken()).isFalse();
        assertThat(called).containsExactly("second");
        first.pause(); // again
        assertThat(first.mayCompute()).isFalse();
        second.pause();
        assertThat(called).containsExactly("second", "first");
    }

    @Test
    void sourcesTakeTurns() {
        HandshakeQueue.Place first = place("192.0.2.1", 1, "first");
        assertThat(first.mayCompute()).isTrue();
        List<HandshakeQueue.Place> flood = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            flood.add(place("2001:db8::" + Integer.toHexString(i), 1, "flood " + i));
        }
        flood.forEach(each -> assertThat(each.mayCompute()).isFalse());
        HandshakeQueue.Place visitor = place("192.0.2.2", 1, "visitor");
        assertThat(visitor.mayCompute()).isFalse();
        var local = queue.place(null, 1, () -> called.add("local"));
        assertThat(local.mayCompute()).isFalse();
        first.leave();
        flood.get(0).leave();
        visitor.leave();
        local.leave();
        flood.get(1).leave();
        assertThat(called).containsExactly("flood 0", "visitor", "local", "flood 1", "flood 2");
    }

    @Test
    void aHandshakeThatWasComputedBeforeGoesFirst() {
        HandshakeQueue.Place begun = place("192.0.2.1", 1, "begun");
        HandshakeQueue.Place second = place("192.0.2.2", 1, "second");
        assertThat(begun.mayCompute()).isTrue();
        assertThat(second.mayCompute()).isFalse();
        begun.pause();
        assertThat(place("192.0.2.3", 1, "third").mayCompute()).isFalse();
        assertThat(begun.mayCompute()).isFalse();
        second.leave();
        begun.leave();
        assertThat(called).containsExactly("second", "begun", "third");
    }

    @Test
    void someFinishInTimeWhenAllCannot() {
        List<HandshakeQueue.Place> places = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            HandshakeQueue.Place place = place("192.0.2." + i, 1, Integer.toString(i));
            if (place.mayCompute()) {
                called.add(Integer.toString(i));
            }
            places.add(place);
        }
        var steps = new int[100];
        for (int time = 0; time < 100; time++) { // enough for half of them, each of two steps
            int computed = Integer.parseInt(called.remove(0));
            steps[computed]++;
            places.get(computed).pause();
            if (steps[computed] == 1) { // the peer answers at once
                assertThat(places.get(computed).mayCompute()).isFalse();
            }
        }
        assertThat(IntStream.of(steps).filter(computed -> computed == 2).count())
                .isGreaterThanOrEqualTo(48);
    }

    @Test
    void thoseThatHaveBegunTakeTurnsAndDoNotKeepOthersFromBeginning() {
        List<HandshakeQueue.Place> begun = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            HandshakeQueue.Place place = place(i < 8 ? "192.0.2.1" : "192.0.2.2", 1, "begun " + i);
            assertThat(place.mayCompute()).isTrue();
            place.pause();
            begun.add(place);
        }
        HandshakeQueue.Place computing = place("192.0.2.3", 1, "computing");
        assertThat(computing.mayCompute()).isTrue();
        List<HandshakeQueue.Place> fresh = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            fresh.add(place("192.0.2.4", 1, "fresh " + i));
        }
        fresh.forEach(each -> assertThat(each.mayCompute()).isFalse());
        begun.forEach(each -> assertThat(each.mayCompute()).isFalse());
        computing.leave();
        begun.get(0).leave();
        begun.get(8).leave();
        begun.get(1).leave();
        begun.get(2).leave();
        fresh.get(0).leave();
        assertThat(called).containsExactly("begun 0", "begun 8", "begun 1", "begun 2", "fresh 0", "begun 3");
    }

    @Test
    void whoLeavesTheQueueIsNotCalled() {
        HandshakeQueue.Place first = place("192.0.2.1", 1, "first");
        HandshakeQueue.Place gone = place("192.0.2.2", 1, "gone");
        HandshakeQueue.Place next = place("192.0.2.3", 1, "next");
        assertThat(first.mayCompute()).isTrue();
        assertThat(gone.mayCompute()).isFalse();
        assertThat(next.mayCompute()).isFalse();
        gone.leave();
        first.leave();
        assertThat(called).containsExactly("next");
        next.leave(); // called, and gone before it was computed
        assertThat(place("192.0.2.4", 1, "last").mayCompute()).isTrue();
    }

    @Test
    void aLowerLimitAtTheHeadOfTheQueueDoesNotKeepTheOthersFromComputingForLong() {
        HandshakeQueue.Place first = place("192.0.2.1", 3, "first");
        assertThat(first.mayCompute()).isTrue();
        HandshakeQueue.Place alone = place("192.0.2.2", 1, "alone");
        assertThat(alone.mayCompute()).isFalse();
        for (int i = 0; i < 3; i++) {
            assertThat(place("192.0.2.3", 3, "other " + i).mayCompute()).isFalse();
        }
        first.leave();
        assertThat(called).containsExactly("alone", "other 0", "other 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void atRandomNoneIsForgottenAndNeverAreTooManyComputed(int most) {
        var random = new Random(most);
        List<HandshakeQueue.Place> waiting = new ArrayList<>();
        List<HandshakeQueue.Place> computing = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            int step = random.nextInt(4);
            if (step < 2 && waiting.size() < 50) {
                HandshakeQueue.Place added = place("192.0.2." + random.nextInt(5), most, "one");
                (added.mayCompute() ? computing : waiting).add(added);
            } else if (step == 2 && !waiting.isEmpty()) {
                waiting.remove(random.nextInt(waiting.size())).leave();
            } else if (!computing.isEmpty()) {
                computing.remove(random.nextInt(computing.size())).leave();
            }
            waiting.removeIf(each -> each.mayCompute() && computing.add(each));
            assertThat(computing).hasSizeLessThanOrEqualTo(most);
            assertThat(waiting.isEmpty() || computing.size() == most).isTrue();
        }
    }
}
