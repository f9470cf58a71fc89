package dev.socketserver.limit;

/** The decision whether a source is admitted, with the reason if it is not. */
public enum Admission {
    /** The source is admitted and counted. */
    ADMITTED(true),

    /** The source is admitted without being counted, since the table is full. */
    UNTRACKED(true),

    /** The source has the maximum number of connections. */
    TOO_MANY_CONNECTIONS(false),

    /** The source has exceeded its rate. */
    TOO_FREQUENT(false),

    /** The source is unknown, and the table has no room for it. */
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
