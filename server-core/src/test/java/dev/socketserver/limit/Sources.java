package dev.socketserver.limit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Any number of sources. */
final class Sources {
    private Sources() {}

    /** Returns the source number {@code i}: a network of IPv6. */
    static AddressPrefix source(long i) {
        try {
            byte[] address = ByteBuffer.allocate(16)
                    .putLong(0x20010DB8_00000000L + i)
                    .putLong(1)
                    .array();
            return PrefixLengths.DEFAULT.prefixOf(InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
