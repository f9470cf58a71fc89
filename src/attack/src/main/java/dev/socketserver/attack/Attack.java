package dev.socketserver.attack;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What each attacker does with its connection; it connects again when the server has closed it. */
enum Attack {
    /** Nothing at all. */
    SILENT("connect, send nothing", "", Duration.ZERO, true, false),
    /** One byte of a line, and nothing more. */
    ONE_BYTE("send one byte", "h", Duration.ZERO, true, false),
    /** A line that never ends, a byte a second. */
    DRIP("send a byte a second", "h", Duration.ofSeconds(1), true, false),
    /** Asks for 8 MiB and does not read. */
    UNREAD("ask for 8 MiB, read nothing", LineProtocol.BIG + "\n", Duration.ZERO, false, false),
    /** Asks again and again, reads nothing. */
    PIPELINE("ask 100 lines at a time, read nothing", "hello\n".repeat(100), Duration.ofMillis(100), false, false),
    /** Connects, asks, and leaves by a reset, over and over. */
    RECONNECT("connect, ask, reset, again", "hello\n", Duration.ZERO, true, true),
    /** Nothing at all, to a TLS server. */
    TLS_SILENT("connect, send nothing (TLS)", "", false),
    /** The first step of a TLS handshake, and nothing more. */
    TLS_HELLO("begin a TLS handshake, and stop", ClientHello.bytes(), false),
    /** The first half of that step, and nothing more. */
    TLS_HALF_HELLO("send half of a ClientHello", ClientHello.half(), false),
    /** Begins a TLS handshake, and leaves by a reset, over and over. */
    TLS_RECONNECT("begin a TLS handshake, reset, again", ClientHello.bytes(), true);

    private final String title;
    private final String message; // a character a byte
    private final Duration pause;
    private final boolean reads;
    private final boolean leaves;
    private final boolean tls;

    Attack(String title, String message, Duration pause, boolean reads, boolean leaves) {
        this(title, message, pause, reads, leaves, false);
    }

    Attack(String title, String message, boolean leaves) {
        this(title, message, Duration.ZERO, true, leaves, true);
    }

    Attack(String title, String message, Duration pause, boolean reads, boolean leaves, boolean tls) {
        this.title = title;
        this.message = message;
        this.pause = pause;
        this.reads = reads;
        this.leaves = leaves;
        this.tls = tls;
    }

    /** Returns the name for people. */
    String title() {
        return title;
    }

    /** Returns what is sent. */
    byte[] message() {
        return message.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Returns whether it attacks a TLS server. */
    boolean tls() {
        return tls;
    }

    /** Returns how long after the message it is sent again; zero for never. */
    Duration pause() {
        return pause;
    }

    /** Returns whether an attacker reads what it is sent. */
    boolean reads() {
        return reads;
    }

    /** Returns whether an attacker leaves when it has sent its message. */
    boolean leaves() {
        return leaves;
    }
}
