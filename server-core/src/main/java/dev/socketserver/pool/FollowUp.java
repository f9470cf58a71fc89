package dev.socketserver.pool;

import java.util.List;

/**
 * What a decision made under the pool's lock leaves to do once the lock is released: wake a thread, start a worker,
 * wait for room. Keeping these out of the lock keeps it short.
 */
@FunctionalInterface
interface FollowUp {

    /** Nothing is left to do. */
    FollowUp NONE = () -> {};

    /** Does what is left. Called once, without the pool's lock. */
    void proceed();

    /** Calls a method of a user's; what it throws costs nothing else. */
    static FollowUp telling(TaskFailures failures, Runnable message) {
        return () -> failures.run(message);
    }

    /** All of them in turn. */
    static FollowUp all(List<? extends FollowUp> followUps) {
        return followUps.isEmpty() ? NONE : () -> followUps.forEach(FollowUp::proceed);
    }

    /** Both, this one first. */
    default FollowUp then(FollowUp next) {
        if (this == NONE) {
            return next;
        }
        return next == NONE
                ? this
                : () -> {
                    proceed();
                    next.proceed();
                };
    }
}
