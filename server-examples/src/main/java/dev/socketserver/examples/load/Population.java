package dev.socketserver.examples.load;

/** The purpose of a run's clients. */
enum Population {
    /** The clients of the plan's mode. */
    MAIN,
    /** Additional idle clients. */
    IDLE,
    /** Additional slow clients. */
    SLOW
}
