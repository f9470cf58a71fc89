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

    private final Map<Object, Set<Place>> queued = new LinkedHashMap<>(); // guarded by this; the next source first
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
            if (queued.isEmpty() && computing < place.most) {
                place.state = State.COMPUTING;
                computing++;
            } else {
                place.state = State.QUEUED;
                queued.computeIfAbsent(place.source, source -> new LinkedHashSet<>())
                        .add(place);
            }
        }
        return place.state == State.COMPUTING;
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
            remove(place);
        } else if (place.state == State.COMPUTING) {
            computing--;
        }
        place.state = State.OUT;
    }

    private void remove(Place place) {
        Set<Place> others = queued.get(place.source);
        if (others != null && others.remove(place) && others.isEmpty()) {
            queued.remove(place.source);
        }
    }

    /** Takes the first place of the next source, which then becomes the last one; null if none may be computed now. */
    private synchronized @Nullable Place admitNext() {
        Iterator<Set<Place>> sources = queued.values().iterator();
        if (!sources.hasNext()) {
            return null;
        }
        Set<Place> places = sources.next();
        Place next = places.iterator().next();
        if (computing >= next.most) {
            return null;
        }
        sources.remove();
        places.remove(next);
        if (!places.isEmpty()) {
            queued.put(next.source, places);
        }
        next.state = State.COMPUTING;
        computing++;
        return next;
    }
}
