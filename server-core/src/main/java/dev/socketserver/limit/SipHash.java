package dev.socketserver.limit;

import java.security.SecureRandom;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of 16 bytes: a hash with a secret key, so that nobody can choose addresses
 * that fall into one bucket. Immutable and thread-safe.
 */
final class SipHash {
    private static final long LENGTH_BYTE = 16L << 56;

    private final long key0;
    private final long key1;

    SipHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** Returns a hash with a random key. */
    static SipHash random() {
        var random = new SecureRandom();
        return new SipHash(random.nextLong(), random.nextLong());
    }

    /** Returns the hash of 16 bytes, given as two numbers in little-endian order. */
    long hash(long first, long second) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        for (int word = 0; word < 4; word++) {
            boolean isEnd = word == 3;
            long message = isEnd ? 0 : word == 0 ? first : word == 1 ? second : LENGTH_BYTE;
            v3 ^= message;
            v2 ^= isEnd ? 0xFF : 0;
            for (int round = isEnd ? 4 : 2; round > 0; round--) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= message;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
