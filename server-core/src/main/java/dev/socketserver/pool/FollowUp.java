package dev.socketserver.pool;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * An action that a decision under the pool's lock defers until the lock is released: starting a worker, waking a
 * thread, calling a user's method. Each is used once and linked to the next one, so deferring one allocates nothing.
 */
abstract class FollowUp {
    /** Guarded by the pool's lock, then confined to the thread that has taken the list. */
    private @Nullable FollowUp next;

    /**
     * Performs the action. Called once, without the pool's lock.
     *
     * @throws RejectedExecutionException if the calling thread is a submitter whose task is rejected
     * @throws VirtualMachineError if there is no memory for the action; any other exception is logged
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

        /** Removes all of them; {@link #proceedAll} must follow. */
        @Nullable
        FollowUp takeAll() {
            FollowUp all = first;
            first = null;
            last = null;
            return all;
        }
    }

    /** Performs this action and all that follow it; a failure of one does not prevent the others. */
    final void proceedAll(TaskFailures failures) {
        RejectedExecutionException rejection = null;
        VirtualMachineError error = null;
        for (FollowUp current = this; current != null; ) {
            FollowUp following = current.next; // before proceed(), after which a worker may be linked again
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
