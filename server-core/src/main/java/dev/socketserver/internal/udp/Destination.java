package dev.socketserver.internal.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** An address of this machine that a datagram was sent to, with the bytes that the system has for it. Immutable. */
final class Destination {
    private final byte[] bytes;
    private final int interfaceIndex;
    private final InetSocketAddress address;

    /** Takes over the bytes, 4 or 16. */
    Destination(byte[] bytes, int interfaceIndex, int port) {
        this.bytes = bytes;
        this.interfaceIndex = interfaceIndex;
        try {
            address = new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // of a length that there is not
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** Returns whether the memory has this address. */
    boolean isAt(ByteBuffer memory, int at) {
        for (int i = 0; i < bytes.length; i++) {
            if (memory.get(at + i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    void write(ByteBuffer memory, int at) {
        memory.put(at, bytes);
    }

    /** Returns the index of the network interface, if the address is valid on one link only; else 0, for any. */
    int linkIndex() {
        return address.getAddress().isLinkLocalAddress() ? interfaceIndex : 0;
    }
}
