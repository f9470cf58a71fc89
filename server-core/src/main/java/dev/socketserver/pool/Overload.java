package dev.socketserver.pool;

import dev.socketserver.pool.BlockedSubmitters.Submitter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the {@link OverloadPolicy}: what happens to a task for which there is neither a worker nor room, and
 * which of the queued tasks is next. With the lock held unless said otherwise.
 */
final class Overload {
    private final PoolState state;

    Overload(PoolState state) {
        this.state = state;
    }

    /** Decides about a task that finds the queue full and the crew at its limit. */
    FollowUp overflow(Runnable task, long now) {
        return switch (state.config.overloadPolicy()) {
            case BLOCK -> state.crew.isCurrentThreadMember() ? () -> state.failures.run(task) : waitForRoom(task);
            case REJECT -> state.refuse(RejectionReason.QUEUE_FULL, null);
            case SHED_OLDEST, ADAPTIVE -> replaceOldest(task, now);
        };
    }

    private FollowUp replaceOldest(Runnable task, long now) {
        Runnable oldest = state.queue.pollOldest();
        if (oldest == null) {
            return state.refuse(RejectionReason.QUEUE_FULL, null);
        }
        state.enqueue(task, now);
        return state.giveUp(oldest, RejectionReason.SHED_OLDEST);
    }

    private FollowUp waitForRoom(Runnable task) {
        Submitter submitter = new Submitter(task, new Waiter(state.host));
        state.blocked.add(submitter);
        return () -> awaitRoom(submitter);
    }

    /** Without the lock. */
    private void awaitRoom(Submitter submitter) {
        try {
            submitter.waiter.await(Host.FOREVER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            state.decide(() ->
                    state.blocked.remove(submitter) ? state.refuse(RejectionReason.INTERRUPTED, e) : FollowUp.NONE);
        }
        RejectionReason refusal = submitter.refusal();
        if (refusal != null) {
            throw new TaskRejectedException(state.config.name(), refusal, null);
        }
    }

    /**
     * Lets submitters in when a worker is about to take a task and leaves the queue half empty. Not sooner: to wake a
     * submitter for each single place costs more than most tasks.
     */
    FollowUp admitBlocked(long now) {
        int capacity = state.config.queueCapacity();
        if (state.blocked.isEmpty() || state.queue.size() - 1 > capacity / 2) {
            return FollowUp.NONE;
        }
        return admitBlocked(capacity + 1 - state.queue.size(), now);
    }

    /** Lets submitters in, as many as there are places. */
    FollowUp admitBlocked(int places, long now) {
        FollowUp after = FollowUp.NONE;
        for (int i = 0; i < places && !state.blocked.isEmpty(); i++) {
            Submitter submitter = state.blocked.remove();
            state.enqueue(submitter.task, now);
            after = after.then(submitter.admit());
        }
        return after;
    }

    /** The task to run next, or null: the oldest, or the newest while an adaptive pool is overloaded. */
    @Nullable
    Runnable next() {
        return isAdaptive() && state.codel.isOverloaded() ? state.queue.pollNewest() : state.queue.pollOldest();
    }

    /** Notes the delay, and gives up what has waited too long if that is called for. Before {@link #next}. */
    FollowUp observe(long now) {
        if (!isAdaptive()) {
            return FollowUp.NONE;
        }
        PoolConfig config = state.config;
        state.codel.observe(state.queue.oldestWait(now), now, config.adaptiveTarget(), config.adaptiveInterval());
        return state.codel.isOverloaded() ? shedLateOnes(now) : FollowUp.NONE;
    }

    private FollowUp shedLateOnes(long now) {
        long longest = Codel.longestWait(state.config.adaptiveTarget());
        if (state.queue.oldestWait(now) <= longest) {
            return FollowUp.NONE;
        }
        List<FollowUp> tells = new ArrayList<>();
        while (state.queue.oldestWait(now) > longest) {
            tells.add(state.giveUp(state.queue.removeOldest(), RejectionReason.WAITED_TOO_LONG));
        }
        return FollowUp.all(tells);
    }

    private boolean isAdaptive() {
        return state.config.overloadPolicy() == OverloadPolicy.ADAPTIVE;
    }
}
