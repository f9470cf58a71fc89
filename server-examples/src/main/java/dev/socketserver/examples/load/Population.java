package dev.socketserver.examples.load;

/** The clients of a run by what they are there for. */
enum Population {
    /** Those of the plan's mode. */
    MAIN,
    /** Idle companions. */
    IDLE,
    /** Slow companions. */
    SLOW
}
