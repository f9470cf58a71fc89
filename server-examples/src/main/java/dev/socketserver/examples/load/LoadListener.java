package dev.socketserver.examples.load;

import java.time.Duration;

/** Watches a load run; called by the thread that runs it, between two short waits, so it must not block for long. */
public interface LoadListener {
    /** Sees nothing. */
    LoadListener NONE = sample -> {};

    /** Another stretch has passed, of the warm-up or of the measurement. */
    void sampled(Sample sample);

    /**
     * The measurement is over, but answers are outstanding that take more than a second.
     *
     * @param limit the longest time that the run waits for them
     */
    default void awaitingAnswers(Duration limit) {}
}
