package dev.socketserver.examples.load;

import java.util.Locale;

/** What a simulated client does repeatedly; each repetition is an operation. */
public enum Mode {
    /** Connects, sends the payload, waits for its echo and closes. */
    CONNECT("connections"),
    /** Stays connected; sends the payload and waits for its echo. */
    REQUEST("requests"),
    /** Sends the payload as a datagram and waits for its echo. */
    UDP("datagrams"),
    /** Connects, stays silent until the end, and then sends one request to check whether it is still served. */
    IDLE("connections"),
    /** Stays connected and sends its requests byte by byte. */
    SLOW("requests");

    private final String operations;

    Mode(String operations) {
        this.operations = operations;
    }

    /** Returns the name of this mode's operations in a report. */
    public String operations() {
        return operations;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
