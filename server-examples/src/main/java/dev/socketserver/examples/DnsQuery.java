package dev.socketserver.examples;

import io.netty.buffer.ByteBuf;
import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * A query of DNS (RFC 1035), with what the extension EDNS (RFC 6891) says about it.
 *
 * @param id its number, which the answer has, too
 * @param flags those of the header
 * @param name what is asked for, as {@link DnsName} has it; empty if it cannot be read
 * @param type the type of records that are asked for
 * @param questionLength how many bytes the question has, behind the header; 0 if it cannot be read
 * @param udpSize the longest answer that the peer takes in a datagram
 * @param edns whether it uses EDNS
 * @param error why there is no answer but an error; 0 if there may be one
 */
record DnsQuery(int id, int flags, String name, int type, int questionLength, int udpSize, boolean edns, int error) {
    static final int HEADER = 12;
    static final int FORMAT_ERROR = 1;
    static final int NOT_IMPLEMENTED = 4;
    static final int REFUSED = 5;
    static final int BAD_VERSION = 16;

    /** The type of the record in which EDNS is. */
    static final int OPT = 41;

    private static final int IS_ANSWER = 0x8000;
    private static final int OPERATION = 0x7800;
    private static final int INTERNET = 1;
    private static final int LEAST_UDP_SIZE = 512;
    private static final int FIRST_OF_ALL = 251; // of the types that stand for many records, as for a transfer
    private static final int LAST_OF_ALL = 255;
    private static final int RECORD = 10; // bytes between the name and the data

    /**
     * Reads a query; null if it is not one, and so is not answered.
     *
     * @param received its readable bytes are the message; they are not consumed
     */
    static @Nullable DnsQuery read(ByteBuf received) {
        ByteBuf message = received.slice();
        if (message.readableBytes() < HEADER || (message.getShort(2) & IS_ANSWER) != 0) {
            return null;
        }
        int id = message.readUnsignedShort();
        int flags = message.readUnsignedShort();
        int questions = message.readUnsignedShort();
        int records = message.readUnsignedShort() + message.readUnsignedShort() + message.readUnsignedShort();
        var header = new DnsQuery(id, flags, "", 0, 0, LEAST_UDP_SIZE, false, 0);
        if ((flags & OPERATION) != 0) {
            return header.failed(NOT_IMPLEMENTED);
        }
        try {
            require(questions == 1);
            return header.withQuestion(message).withRecords(message, records);
        } catch (ProtocolException e) {
            return header.failed(FORMAT_ERROR);
        }
    }

    private static void require(boolean condition) throws ProtocolException {
        if (!condition) {
            throw new ProtocolException("not a query");
        }
    }

    private DnsQuery failed(int why) {
        return new DnsQuery(id, flags, name, type, questionLength, udpSize, edns, why);
    }

    private DnsQuery withQuestion(ByteBuf message) throws ProtocolException {
        String asked = DnsName.read(message);
        require(message.readableBytes() >= 4);
        int wanted = message.readUnsignedShort();
        boolean isKnown = message.readUnsignedShort() == INTERNET && (wanted < FIRST_OF_ALL || wanted > LAST_OF_ALL);
        int length = message.readerIndex() - HEADER;
        return new DnsQuery(id, flags, asked, wanted, length, udpSize, false, isKnown ? 0 : REFUSED);
    }

    /** Looks for EDNS in the records behind the question. */
    private DnsQuery withRecords(ByteBuf message, int count) throws ProtocolException {
        DnsQuery query = this;
        for (int i = 0; i < count; i++) {
            String owner = DnsName.read(message);
            require(message.readableBytes() >= RECORD);
            int kind = message.readUnsignedShort();
            int size = message.readUnsignedShort();
            int version = message.skipBytes(1).readUnsignedByte();
            int length = message.skipBytes(2).readUnsignedShort();
            require(message.readableBytes() >= length);
            message.skipBytes(length);
            if (kind == OPT) {
                require(!query.edns && owner.isEmpty());
                query = new DnsQuery(
                        id,
                        flags,
                        name,
                        type,
                        questionLength,
                        Math.max(LEAST_UDP_SIZE, size),
                        true,
                        version == 0 ? error : BAD_VERSION);
            }
        }
        return query;
    }
}
