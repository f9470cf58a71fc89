package dev.socketserver.internal.udp;

import java.nio.ByteBuffer;

/** The address that a datagram was sent to, or is sent from, as Linux has it in the control data of a message. */
enum PacketInfo {
    /** {@code IP_PKTINFO} with an {@code in_pktinfo}. */
    IPV4(0, 8, 8, 12, 8, 4, 0),

    /** {@code IPV6_RECVPKTINFO} and {@code IPV6_PKTINFO} with an {@code in6_pktinfo}. */
    IPV6(41, 49, 50, 20, 0, 16, 16);

    private static final int HEADER = 16; // a cmsghdr: its length, level and type
    private static final int LEVEL = 8;
    private static final int TYPE = 12;
    private static final int SPEC_DST = 4; // of an in_pktinfo: where a datagram is sent from

    final int level;
    final int option;
    private final int type;
    private final int length;
    private final int address;
    private final int addressLength;
    private final int interfaceIndex;

    PacketInfo(int level, int option, int type, int length, int address, int addressLength, int interfaceIndex) {
        this.level = level;
        this.option = option;
        this.type = type;
        this.length = length;
        this.address = address;
        this.addressLength = addressLength;
        this.interfaceIndex = interfaceIndex;
    }

    /** Returns where the address is in the control data; -1 if it is not there. */
    int find(ByteBuffer memory, int start, int controlLength) {
        int at = start;
        int end = start + controlLength;
        while (end - at >= HEADER + length) {
            if (memory.getInt(at + LEVEL) == level && memory.getInt(at + TYPE) == type) {
                return at + HEADER + address;
            }
            long step = memory.getLong(at) + Long.BYTES - 1 & -Long.BYTES;
            if (step < HEADER || step > end - at) {
                return -1;
            }
            at += (int) step;
        }
        return -1;
    }

    /** Reads the address that {@link #find} has found; the port is that of the socket. */
    Destination read(ByteBuffer memory, int at, int port) {
        byte[] bytes = new byte[addressLength];
        memory.get(at, bytes);
        int index = this == IPV6 ? memory.getInt(at + interfaceIndex) : 0;
        return new Destination(bytes, index, port);
    }

    /** Writes control data, so that a message is sent from that address; returns its length. */
    int write(Destination from, ByteBuffer memory, int start) {
        int padded = HEADER + length + Long.BYTES - 1 & -Long.BYTES;
        for (int i = 0; i < padded; i += Long.BYTES) {
            memory.putLong(start + i, 0);
        }
        memory.putLong(start, HEADER + length);
        memory.putInt(start + LEVEL, level);
        memory.putInt(start + TYPE, type);
        if (this == IPV4) {
            from.write(memory, start + HEADER + SPEC_DST);
        } else {
            from.write(memory, start + HEADER);
            memory.putInt(start + HEADER + interfaceIndex, from.linkIndex());
        }
        return padded;
    }
}
