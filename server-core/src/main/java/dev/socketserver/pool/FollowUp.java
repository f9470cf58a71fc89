package dev.socketserver.pool;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What a decision made under the pool's lock leaves to do once the lock is released: start a worker, wake a thread,
 * call a user's method. Each is used once, and linked to the next one, so that to leave one takes no memory.
 */
abstract class FollowUp {
    /** Guarded by the pool's lock, then confined to the thread that has taken the list. */
    private @Nullable FollowUp next;

    /**
     * Does what is left to do. Called once, without the pool's lock.
     *
     * @throws RejectedExecutionException if the submitter, which is the calling thread, has to know
     * @throws VirtualMachineError if there is no memory even for that; whatever else it throws is logged
     */
    abstract void proceed();

    /** Follow-ups in order. Not thread-safe: guarded by the pool's lock. */
    static final class Chain {
        private @Nullable FollowUp first;
        private @Nullable FollowUp last;

        void add(FollowUp followUp) {
            if (last == null) {
                first = followUp;
            } else {
                last.next = followUp;
            }
            last = followUp;
        }

        /** Removes all of them; {@link #proceedAll} has to follow. */
        @Nullable
        FollowUp takeAll() {
            FollowUp all = first;
            first = null;
            last = null;
            return all;
        }
    }

    /** Does what is left to do, from this one on; a failure of one does not keep the others from being done. */
    final void proceedAll(TaskFailures failures) {
        RejectedExecutionException rejection = null;
        VirtualMachineError error = null;
        for (FollowUp current = this; current != null; ) {
            FollowUp following = current.next; // before proceed(), after which a worker can be linked anew
            current.next = null;
            try {
                current.proceed();
            } catch (RejectedExecutionException e) {
                rejection = e;
            } catch (VirtualMachineError e) {
                error = e;
            } catch (Throwable failure) {
                failures.report(current, failure);
            }
            current = following;
        }
        if (rejection != null) {
            throw rejection;
        }
        if (error != null) {
            throw error;
        }
    }
}
