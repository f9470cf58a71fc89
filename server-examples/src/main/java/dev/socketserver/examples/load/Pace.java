package dev.socketserver.examples.load;

/** Says when operations are meant to begin. Confined to one client loop. */
interface Pace {
    /** Whether an operation may begin. */
    boolean isDue(long now);

    /** Takes the operation that is due; returns the time, in {@code nanoTime}, at which it was meant to begin. */
    long take(long now);

    /** Nanoseconds until {@link #isDue} turns true, 0 or less if it is already. */
    long untilDue(long now);

    /** As fast as the server answers: each operation begins when the one before it has ended. */
    Pace CLOSED_LOOP = new Pace() {
        @Override
        public boolean isDue(long now) {
            return true;
        }

        @Override
        public long take(long now) {
            return now;
        }

        @Override
        public long untilDue(long now) {
            return 0;
        }
    };
}
