package dev.socketserver;

/**
 * What became of the requests that were open when a server was told to stop.
 *
 * @param finished ended by themselves within the grace
 * @param idleClosed were waiting for their peer's next request, and were closed at once
 * @param forced were still running when the grace ended, and were closed and interrupted
 * @param complete false if the report was asked for from inside a handler, where the drain is still going on
 */
public record DrainReport(int finished, int idleClosed, int forced, boolean complete) {
    /** The report of a server that had nothing open. */
    static final DrainReport NOTHING = new DrainReport(0, 0, 0, true);
}
