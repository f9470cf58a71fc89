package dev.socketserver.limit;

/** Whether a source is admitted, and why not. */
public enum Admission {
    /** The source is admitted and counted. */
    ADMITTED(true),

    /** The source is admitted without being counted, since the table is full. */
    UNTRACKED(true),

    /** The source has as many connections as it may have at a time. */
    TOO_MANY_CONNECTIONS(false),

    /** The source comes more often than it may. */
    TOO_FREQUENT(false),

    /** The source is not known, and the table has no room for it. */
    TABLE_FULL(false);

    private final boolean admitted;

    Admission(boolean admitted) {
        this.admitted = admitted;
    }

    /** Returns whether the source is admitted. */
    public boolean isAdmitted() {
        return admitted;
    }
}
