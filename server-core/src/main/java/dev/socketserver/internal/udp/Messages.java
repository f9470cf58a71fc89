package dev.socketserver.internal.udp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Messages in memory as Linux takes them where a pointer has 64 bits: an array of {@code mmsghdr}, then for each
 * message its {@code iovec}, the peer's address, and control data. Confined to one thread at a time.
 */
final class Messages {
    private static final int HEADER = 64; // an mmsghdr
    private static final int NAME_LENGTH = 8;
    private static final int VECTOR = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int LENGTH = 56;

    private static final int BODY = 128; // what follows for each: an iovec of 16 bytes, an address of 28, control data
    private static final int CONTENT_LENGTH = 8;
    private static final int ADDRESS_AT = 16;
    private static final int CONTROL_AT = 48;

    private final int count;
    private final long start;
    private final ByteBuffer memory;

    Messages(SystemCalls calls, int count) {
        this.count = count;
        memory = ByteBuffer.allocateDirect(count * (HEADER + BODY)).order(ByteOrder.nativeOrder());
        start = calls.address(memory);
        for (int i = 0; i < count; i++) {
            memory.putLong(i * HEADER, start + address(i));
            memory.putLong(i * HEADER + VECTOR, start + body(i));
            memory.putLong(i * HEADER + VECTOR_COUNT, 1);
            memory.putLong(i * HEADER + CONTROL, start + control(i));
        }
    }

    private int body(int message) {
        return count * HEADER + message * BODY;
    }

    /** Returns where the array begins, as the system has it. */
    long start() {
        return start;
    }

    int count() {
        return count;
    }

    ByteBuffer memory() {
        return memory;
    }

    /** Returns where the address of a peer is in the memory. */
    int address(int message) {
        return body(message) + ADDRESS_AT;
    }

    /** Returns where the control data is in the memory. */
    int control(int message) {
        return body(message) + CONTROL_AT;
    }

    /** Sets where a message's bytes are, as the system has it. */
    void content(int message, long start, int length) {
        memory.putLong(body(message), start);
        memory.putLong(body(message) + CONTENT_LENGTH, length);
    }

    /** Sets the lengths of the address and of the control data. */
    void lengths(int message, int address, int control) {
        memory.putInt(message * HEADER + NAME_LENGTH, address);
        memory.putLong(message * HEADER + CONTROL_LENGTH, control);
    }

    /** Makes room for the address and the control data of a message to be received. */
    void clear(int message) {
        lengths(message, Source.LENGTH, BODY - CONTROL_AT);
    }

    /** Returns how many bytes a message has that was received. */
    int length(int message) {
        return memory.getInt(message * HEADER + LENGTH);
    }

    /** Returns how long the control data is that was received with a message. */
    int controlLength(int message) {
        return (int) memory.getLong(message * HEADER + CONTROL_LENGTH);
    }
}
