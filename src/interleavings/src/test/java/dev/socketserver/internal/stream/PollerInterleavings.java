package dev.socketserver.internal.stream;

import static dev.socketserver.interleavings.Threads.join;
import static dev.socketserver.interleavings.Threads.start;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.interleavings.Schedules;
import dev.socketserver.internal.run.OpenRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What may not happen to a connection, whatever its peer, its handler and others do at once. */
class PollerInterleavings {
    /** A leader serves a peer that sends, and ends. */
    static final class PeerSends implements Runnable {
        @Override
        public void run() {
            var engine = new Simulated(1, false);
            engine.channel.send(1);
            engine.channel.send(2);
            engine.channel.sendEnd();
            engine.awaitEnd();
            assertThat(engine.handled()).containsExactly(1, 2);
        }
    }

    /** The handler gives up the lead, so that another worker finds the connection ready while its handler runs. */
    static final class LeadIsHandedOn implements Runnable {
        @Override
        public void run() {
            var engine = new Simulated(2, true);
            engine.channel.send(1);
            engine.channel.send(2);
            engine.channel.sendEnd();
            engine.awaitEnd();
            assertThat(engine.handled()).containsExactly(1, 2);
        }
    }

    /** Two threads push while the peer sends, and ends. */
    static final class OthersPush implements Runnable {
        @Override
        public void run() {
            var engine = new Simulated(1, false);
            var taken = new boolean[3];
            Thread peer = start(() -> {
                engine.channel.send(1);
                engine.channel.sendEnd();
            });
            Thread other = start(() -> taken[2] = engine.connection.send("c", US_ASCII));
            taken[0] = engine.connection.send("a", US_ASCII);
            taken[1] = engine.connection.send("b", US_ASCII);
            join(peer, other);
            engine.awaitEnd();
            assertThat(engine.handled()).containsExactly(1);
            String received = new String(engine.channel.received(), US_ASCII);
            String fromOne = (taken[0] ? "a" : "") + (taken[1] ? "b" : "");
            assertThat(received.replace("c", "")).as("pushed by one").isEqualTo(fromOne);
            assertThat(received.contains("c")).as("pushed by the other").isEqualTo(taken[2]);
        }
    }

    /** The same, to a handler that gives up the lead; what was pushed before the end has come. */
    static final class PushWhileLeadIsHandedOn implements Runnable {
        @Override
        public void run() {
            var engine = new Simulated(2, true);
            Thread peer = start(() -> engine.channel.send(1));
            assertThat(engine.connection.send("a", US_ASCII)).isTrue();
            assertThat(engine.connection.send("b", US_ASCII)).isTrue();
            join(peer);
            engine.channel.sendEnd();
            engine.awaitEnd();
            assertThat(engine.handled()).containsExactly(1);
            assertThat(new String(engine.channel.received(), US_ASCII)).isEqualTo("ab");
        }
    }

    /** The peer awaits what is pushed, and nothing else happens meanwhile. */
    static final class PushIsAwaited implements Runnable {
        @Override
        public void run() {
            var engine = new Simulated(1, false);
            assertThat(engine.connection.send("a", US_ASCII)).isTrue();
            engine.channel.await(1);
            assertThat(engine.connection.send("b", US_ASCII)).isTrue();
            engine.channel.await(2);
            engine.channel.sendEnd();
            engine.awaitEnd();
            assertThat(new String(engine.channel.received(), US_ASCII)).isEqualTo("ab");
        }
    }

    /** The server drains while the peer sends and another pushes: what was sent before is handled. */
    static final class Drains implements Runnable {
        @Override
        public void run() {
            var engine = new Simulated(1, false);
            engine.channel.send(1);
            Thread peer = start(() -> engine.channel.send(2));
            var taken = new boolean[1];
            Thread other = start(() -> taken[0] = engine.connection.send("a", US_ASCII));
            engine.drain();
            join(peer, other);
            engine.awaitEnd();
            assertThat(engine.handled()).isIn(List.of(1), List.of(1, 2));
            assertThat(new String(engine.channel.received(), US_ASCII)).isEqualTo(taken[0] ? "a" : "");
        }
    }

    /** Another thread closes the connection while its peer sends and another pushes. */
    static final class AnotherCloses implements Runnable {
        @Override
        public void run() {
            var engine = new Simulated(1, false);
            Thread peer = start(() -> {
                engine.channel.send(1);
                engine.channel.send(2);
            });
            Thread other = start(() -> engine.connection.send("a", US_ASCII));
            engine.connection.close();
            join(peer, other);
            engine.awaitEndOfClosed();
            assertThat(engine.handled()).isIn(List.of(), List.of(1), List.of(1, 2));
        }
    }

    @Test
    void whatThePeerSendsIsHandledOnceAndInOrder() throws Exception {
        Schedules.hold(PeerSends.class);
    }

    @Test
    void whatThePeerSendsIsHandledByWhoeverLeads() throws Exception {
        Schedules.hold(LeadIsHandedOn.class);
    }

    @Test
    void whatIsPushedIsSentOrRefused() throws Exception {
        Schedules.hold(OthersPush.class);
    }

    @Test
    void whatIsPushedBeforeTheEndIsSentByWhoeverLeads() throws Exception {
        Schedules.hold(PushWhileLeadIsHandedOn.class);
    }

    @Test
    void whatIsPushedIsSentAtOnce() throws Exception {
        Schedules.hold(PushIsAwaited.class);
    }

    @Test
    void aDrainEndsTheConnectionAfterWhatWasSentBefore() throws Exception {
        Schedules.hold(Drains.class);
    }

    @Test
    void aConnectionThatIsClosedEnds() throws Exception {
        Schedules.hold(AnotherCloses.class);
    }

    @Test
    void transitionsInTwoStepsAreFound() throws Exception {
        Class<?> turn = OpenRequest.class.getSuperclass();
        Schedules.failIfTorn(LeadIsHandedOn.class, turn);
        Schedules.failIfTorn(Drains.class, turn);
    }

    @Test
    void aForgottenStepIsFound() throws Exception {
        Schedules.failWithout(PushIsAwaited.class, Poller.class, "wakeIfSelecting");
        Schedules.failWithout(Drains.class, StreamRequest.class, "dismiss");
        Schedules.failWithout(LeadIsHandedOn.class, StreamRequest.class, "unarmed");
        Schedules.failWithout(LeadIsHandedOn.class, Poller.class, "beginReady");
        Schedules.failWithout(PushWhileLeadIsHandedOn.class, Poller.class, "callForLeader");
        Schedules.failWithout(AnotherCloses.class, Connection.class, "call");
    }
}
