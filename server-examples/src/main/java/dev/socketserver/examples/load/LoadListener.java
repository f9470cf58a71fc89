package dev.socketserver.examples.load;

import java.time.Duration;

/** Observes a run. Called by the thread that runs it, between two short waits, so it must not block for long. */
public interface LoadListener {
    /** Ignores everything. */
    LoadListener NONE = (sample, warmup) -> {};

    /** Called when another part has passed, of the warm-up or of the measurement. */
    void sampled(Sample sample, boolean warmup);

    /**
     * Called when the measurement is over and answers are outstanding for more than a second.
     *
     * @param limit the longest time that the run waits for them
     */
    default void awaitingAnswers(Duration limit) {}
}
