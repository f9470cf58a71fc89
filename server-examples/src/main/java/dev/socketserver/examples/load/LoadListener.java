package dev.socketserver.examples.load;

import java.time.Duration;

/** Observes a run. Called by the thread that runs it, between two short waits, so methods must not block for long. */
public interface LoadListener {
    /** Ignores everything. */
    LoadListener NONE = (sample, warmup) -> {};

    /** Called at the end of each sampling interval of the warm-up and the measurement. */
    void sampled(Sample sample, boolean warmup);

    /**
     * Called if answers are outstanding for more than a second after the measurement.
     *
     * @param limit the maximum time for which the run waits for them
     */
    default void awaitingAnswers(Duration limit) {}
}
