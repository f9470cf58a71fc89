package dev.socketserver.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The submitters that wait for room in the queue, each with its task, in order of arrival. The pool takes the task and
 * releases the submitter, so nobody can overtake. Not thread-safe: guarded by the pool's lock.
 */
final class BlockedSubmitters {
    private final ArrayDeque<Submitter> line = new ArrayDeque<>();

    boolean isEmpty() {
        return line.isEmpty();
    }

    int size() {
        return line.size();
    }

    void add(Submitter submitter) {
        line.addLast(submitter);
    }

    /** Takes out the first in line; there has to be one. */
    Submitter remove() {
        return line.removeFirst();
    }

    /** Takes out one that gives up; false if it is not in line any more. */
    boolean remove(Submitter submitter) {
        return line.removeFirstOccurrence(submitter);
    }

    /** Ends every wait without taking the tasks; what is returned has to follow. */
    FollowUp refuseAll(RejectionReason why) {
        List<FollowUp> wakes = new ArrayList<>(line.size());
        line.forEach(submitter -> wakes.add(submitter.refuse(why)));
        line.clear();
        return FollowUp.all(wakes);
    }

    /** A thread that waits, and its task. */
    static final class Submitter {
        final Runnable task;
        final Waiter waiter;

        /** Set under the pool's lock before the waiter is released. */
        private @Nullable RejectionReason refusal;

        Submitter(Runnable task, Waiter waiter) {
            this.task = task;
            this.waiter = waiter;
        }

        /** Ends the wait with the task taken; what is returned has to follow. */
        FollowUp admit() {
            waiter.release();
            return waiter;
        }

        /** Ends the wait with the task not taken; what is returned has to follow. */
        FollowUp refuse(RejectionReason why) {
            refusal = why;
            return admit();
        }

        @Nullable
        RejectionReason refusal() {
            return refusal;
        }
    }
}
