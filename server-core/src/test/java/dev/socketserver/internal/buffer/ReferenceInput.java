package dev.socketserver.internal.buffer;

import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.peer.Prefix;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.net.ProtocolException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a {@link ChannelInput} reads, from an array and as simply as can be. */
final class ReferenceInput {
    private final byte[] bytes;
    private int at;

    ReferenceInput(byte[] bytes) {
        this.bytes = bytes;
    }

    int left() {
        return bytes.length - at;
    }

    byte[] take(long count) throws EOFException {
        if (count > left()) {
            throw new EOFException();
        }
        byte[] taken = Arrays.copyOfRange(bytes, at, at + (int) count);
        at += (int) count;
        return taken;
    }

    /** Returns a line without its end; null if there is none. */
    byte @Nullable [] line(int most) throws IOException {
        int length = 0;
        while (length < left() && bytes[at + length] != '\n') {
            length++;
        }
        boolean ends = length < left();
        int text = length > 0 && bytes[at + length - 1] == '\r' ? length - 1 : length;
        if (text > most) {
            throw new MessageTooLongException("line", most);
        } else if (length == 0 && !ends) {
            return null;
        }
        return Arrays.copyOf(take(length + (ends ? 1 : 0)), text);
    }

    /** Returns a message without the delimiter; null if there is nothing. */
    byte @Nullable [] until(byte[] delimiter, int most) throws IOException {
        for (int length = 0; length <= left() - delimiter.length; length++) {
            if (Arrays.equals(delimiter, 0, delimiter.length, bytes, at + length, at + length + delimiter.length)) {
                if (length > most) {
                    throw new MessageTooLongException("message", most);
                }
                byte[] message = take(length);
                take(delimiter.length);
                return message;
            }
        }
        if (left() == 0) {
            return null;
        }
        int end = left();
        for (int length = Math.max(0, left() - delimiter.length + 1); length < end; length++) {
            if (Arrays.equals(bytes, at + length, bytes.length, delimiter, 0, left() - length)) {
                end = length; // where the delimiter may begin
            }
        }
        throw end > most ? new MessageTooLongException("message", most) : new EOFException();
    }

    /** Returns a frame; null if there is nothing. */
    byte @Nullable [] frame(Prefix prefix, int most) throws IOException {
        if (left() == 0) {
            return null;
        }
        byte[] before = take(prefix.before());
        int size = prefix.varint() ? varintSize(prefix.bytes()) : prefix.bytes();
        byte[] length = take(size);
        if (!prefix.bigEndian()) {
            reverse(length);
        }
        BigInteger value = BigInteger.ZERO;
        for (byte digit : length) {
            int bits = prefix.varint() ? 7 : 8;
            value = value.shiftLeft(bits).add(BigInteger.valueOf(digit & ((1 << bits) - 1)));
        }
        BigInteger following = value.add(BigInteger.valueOf(prefix.adjustment()));
        boolean endless = prefix.varint() && length[0] < 0;
        boolean isLess = following.signum() < 0; // than what it has to count
        if (endless || (!isLess && following.compareTo(BigInteger.valueOf(most - before.length)) > 0)) {
            throw new MessageTooLongException("frame", most);
        } else if (isLess) {
            throw new ProtocolException();
        }
        byte[] frame = Arrays.copyOf(before, before.length + following.intValueExact());
        byte[] counted = take(following.intValueExact());
        System.arraycopy(counted, 0, frame, before.length, counted.length);
        return frame;
    }

    private int varintSize(int most) {
        int size = 1;
        while (size < most && size <= left() && bytes[at + size - 1] < 0) {
            size++;
        }
        return size;
    }

    private static void reverse(byte[] array) {
        for (int i = 0; i < array.length / 2; i++) {
            byte first = array[i];
            array[i] = array[array.length - 1 - i];
            array[array.length - 1 - i] = first;
        }
    }
}
