package dev.socketserver.peer;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes that a fuzzer has made, and where it cuts them. A seed is the bytes, the distances of the cuts (a byte each,
 * the last one first), and how many there are (a byte).
 */
public final class Pieces {
    private static final int MOST_CUTS = 15;
    private static final int LONGEST = 64; // distance of two cuts

    private final byte[] bytes;
    private final int[] cuts;

    private Pieces(byte[] bytes, int[] cuts) {
        this.bytes = bytes;
        this.cuts = cuts;
    }

    /** Takes all that the fuzzer has left. */
    public static Pieces of(FuzzedDataProvider data) {
        int[] distances = distances(data);
        return cut(data.consumeRemainingAsBytes(), distances);
    }

    /** Takes the distances of cuts. */
    public static int[] distances(FuzzedDataProvider data) {
        var distances = new int[data.consumeInt(0, MOST_CUTS)];
        for (int i = 0; i < distances.length; i++) {
            distances[i] = data.consumeInt(1, LONGEST);
        }
        return distances;
    }

    /** Cuts bytes at distances, as far as they go. */
    public static Pieces cut(byte[] bytes, int... distances) {
        var cuts = new int[distances.length];
        int count = 0;
        int at = 0;
        for (int distance : distances) {
            at += distance;
            if (at < bytes.length) {
                cuts[count++] = at;
            }
        }
        return new Pieces(bytes, Arrays.copyOf(cuts, count));
    }

    /** Returns all bytes, which may be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns where further pieces begin, in their order. */
    public int[] cuts() {
        return cuts;
    }

    /** Returns the pieces; none if there are no bytes. */
    public List<byte[]> all() {
        List<byte[]> all = new ArrayList<>();
        int begin = 0;
        for (int cut : cuts) {
            all.add(Arrays.copyOfRange(bytes, begin, cut));
            begin = cut;
        }
        if (begin < bytes.length) {
            all.add(Arrays.copyOfRange(bytes, begin, bytes.length));
        }
        return all;
    }
}
