package dev.socketserver.internal.stream;

import dev.socketserver.limit.PrefixLengths;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many handshakes of a server are computed at a time: more would only compete for the processors, each on a
 * worker of its own. The others wait in their connections, without a worker. Sources take turns (round robin), so that
 * a source with thousands of handshakes delays another by one of them at most.
 *
 * <p>Handshakes that were computed before go first: when there are more than can be finished in time, some are
 * finished, instead of all being begun and none finished. So that nobody keeps the others from beginning, one of these
 * follows after every {@value #MOST_IN_A_ROW}.
 *
 * <pre>
 *          mayCompute()
 *   ┌─────┐ ──too many are──▶ ┌────────┐
 *   │ OUT │ ◀────leave()───── │ QUEUED │
 *   └─────┘                   └────────┘
 *    ▲   │ mayCompute()           │ another one leaves
 *    │   ▼                        │
 *   ┌───────────┐                 │
 *   │ COMPUTING │ ◀───────────────┘
 *   └───────────┘
 *      leave() leads back to OUT
 * </pre>
 *
 * <p>Thread-safe.
 */
final class HandshakeQueue {
    private enum State {
        OUT,
        QUEUED,
        COMPUTING
    }

    /** The handshake of one connection. */
    final class Place {
        private final Object source;
        private final int most;
        private final Runnable call;
        private State state = State.OUT; // guarded by the queue
        private boolean begun; // guarded by the queue: it was computed before

        private Place(Object source, int most, Runnable call) {
            this.source = source;
            this.most = most;
            this.call = call;
        }

        /** Returns whether the handshake may be computed now; if not, its connection is called when it may. */
        boolean mayCompute() {
            return enter(this);
        }

        /** Returns whether it waits in the queue, or may be computed. */
        boolean isTaken() {
            return stateOf(this) != State.OUT;
        }

        /** Leaves, unless it waits. */
        void pause() {
            if (stateOf(this) == State.COMPUTING) {
                leave();
            }
        }

        /** Leaves, whether it was computed, waits, or was never here. */
        void leave() {
            HandshakeQueue.this.leave(this);
        }
    }

    /** The source of all peers that have no address. */
    private static final Object WITHOUT_ADDRESS = new Object();

    /** Places that wait. Sources take turns; the next one is the first. Guarded by the queue. */
    private static final class Round {
        private final Map<Object, Set<Place>> sources = new LinkedHashMap<>();

        boolean isEmpty() {
            return sources.isEmpty();
        }

        void add(Place place) {
            sources.computeIfAbsent(place.source, source -> new LinkedHashSet<>())
                    .add(place);
        }

        void remove(Place place) {
            Set<Place> others = sources.get(place.source);
            if (others != null && others.remove(place) && others.isEmpty()) {
                sources.remove(place.source);
            }
        }

        Place first() {
            return sources.values().iterator().next().iterator().next();
        }

        /** Removes the first place; its source becomes the last one. */
        void removeFirst() {
            Iterator<Set<Place>> next = sources.values().iterator();
            Set<Place> places = next.next();
            Place first = places.iterator().next();
            next.remove();
            places.remove(first);
            if (!places.isEmpty()) {
                sources.put(first.source, places);
            }
        }
    }

    private static final int MOST_IN_A_ROW = 4;

    private final Round begun = new Round(); // guarded by this
    private final Round fresh = new Round(); // guarded by this
    private int inARow; // guarded by this: how many of the begun were admitted while fresh ones waited
    private int computing; // guarded by this

    /**
     * Returns the place of a connection, outside the queue.
     *
     * @param peer where the connection comes from; null if its peer has no address
     * @param most how many handshakes may be computed at a time, this one included
     * @param call makes the connection look again
     */
    Place place(@Nullable InetAddress peer, int most, Runnable call) {
        return new Place(peer == null ? WITHOUT_ADDRESS : PrefixLengths.DEFAULT.prefixOf(peer), most, call);
    }

    private synchronized boolean enter(Place place) {
        if (place.state == State.OUT) {
            if (begun.isEmpty() && fresh.isEmpty() && computing < place.most) {
                admit(place);
            } else {
                place.state = State.QUEUED;
                roundOf(place).add(place);
            }
        }
        return place.state == State.COMPUTING;
    }

    private void admit(Place place) {
        place.state = State.COMPUTING;
        place.begun = true;
        computing++;
    }

    private Round roundOf(Place place) {
        return place.begun ? begun : fresh;
    }

    private synchronized State stateOf(Place place) {
        return place.state;
    }

    private void leave(Place place) {
        release(place);
        for (Place next = admitNext(); next != null; next = admitNext()) {
            next.call.run();
        }
    }

    private synchronized void release(Place place) {
        if (place.state == State.QUEUED) {
            roundOf(place).remove(place);
        } else if (place.state == State.COMPUTING) {
            computing--;
        }
        place.state = State.OUT;
    }

    /** Takes the first place of the next source; null if none may be computed now. */
    private synchronized @Nullable Place admitNext() {
        if (begun.isEmpty() && fresh.isEmpty()) {
            return null;
        }
        boolean isTurnOfFresh = begun.isEmpty() || (inARow >= MOST_IN_A_ROW && !fresh.isEmpty());
        Round round = isTurnOfFresh ? fresh : begun;
        Place next = round.first();
        if (computing >= next.most) {
            return null;
        }
        round.removeFirst();
        inARow = isTurnOfFresh || fresh.isEmpty() ? 0 : inARow + 1;
        admit(next);
        return next;
    }
}
