package dev.socketserver.examples;

import dev.socketserver.DatagramRequestHandler;
import dev.socketserver.Framing;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.buffer.LengthPrefix;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Answers queries of DNS (RFC 1035) about one zone, by datagrams and on connections. Whatever comes is answered, with
 * an error perhaps, or not at all; nothing throws. Thread-safe.
 */
final class DnsService {
    private static final int MOST = 65_535;

    /** What most networks carry without cutting it into pieces: the DNS flag day's. */
    private static final int MOST_IN_DATAGRAM = 1232;

    /** On a connection, a message has its length in front. */
    private static final LengthPrefix LENGTH = LengthPrefix.bigEndian(2);

    static final Framing FRAMING = Framing.frames(LENGTH, MOST);

    // Of the header.
    private static final int ANSWER = 0x8000;
    private static final int AUTHORITATIVE = 0x0400;
    private static final int TRUNCATED = 0x0200;
    private static final int KEPT = 0x7900; // of the query: the operation, and whether recursion is desired
    private static final int NO_SUCH_NAME = 3;

    private static final int INTERNET = 1;
    private static final int POINTER = 0xC000;
    private static final int RECORD = 12; // bytes of one in an answer, but for its data
    private static final int OPT = 11; // bytes

    private final DnsZone zone;

    DnsService(DnsZone zone) {
        this.zone = zone;
    }

    /** Returns handlers of a query that comes in a datagram. */
    Supplier<DatagramRequestHandler> datagrams() {
        return () -> new DatagramRequestHandler() {
            @Override
            protected void handle() {
                ByteBuf received = datagram().content();
                DnsQuery query = DnsQuery.read(received);
                if (query != null) {
                    int most = Math.min(MOST_IN_DATAGRAM, query.udpSize());
                    answer(
                            query,
                            received,
                            Math.min(most, datagram().maxAnswer()),
                            datagram().answer());
                }
            }
        };
    }

    /** Returns handlers of connections, on which one query may follow another. */
    Supplier<StreamRequestHandler> connections() {
        return () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                ByteBuf received = in().readFrame(LENGTH, MOST);
                if (received == null) {
                    return;
                }
                DnsQuery query = DnsQuery.read(received);
                if (query != null) {
                    ByteBuf answer = received.alloc().buffer();
                    try {
                        answer(query, received, MOST, answer);
                        out().writeFrame(LENGTH, answer);
                    } finally {
                        answer.release();
                    }
                    keepOpen();
                }
            }
        };
    }

    /**
     * Answers a query.
     *
     * @param received its message
     * @param most how long the answer may be
     */
    private void answer(DnsQuery query, ByteBuf received, int most, ByteBuf to) {
        int error = query.error();
        boolean isOurs = error == 0 && DnsName.isIn(query.name(), zone.origin());
        if (error == 0 && !isOurs) {
            error = DnsQuery.REFUSED;
        } else if (isOurs && !zone.has(query.name())) {
            error = NO_SUCH_NAME;
        }
        List<byte[]> found = isOurs ? zone.find(query.name(), query.type()) : List.of();
        boolean negative = isOurs && found.isEmpty();
        List<byte[]> records = negative ? zone.find(zone.origin(), DnsZone.SOA) : found;
        int room = most - DnsQuery.HEADER - query.questionLength() - (query.edns() ? OPT : 0);
        boolean fits =
                room >= records.stream().mapToInt(data -> RECORD + data.length).sum();

        int flags = ANSWER | (query.flags() & KEPT) | (isOurs ? AUTHORITATIVE : 0) | (fits ? 0 : TRUNCATED);
        to.writeShort(query.id()).writeShort(flags | (error & 0xF));
        to.writeShort(query.questionLength() == 0 ? 0 : 1);
        to.writeShort(fits && !negative ? records.size() : 0);
        to.writeShort(fits && negative ? records.size() : 0);
        to.writeShort(query.edns() ? 1 : 0);
        to.writeBytes(received, received.readerIndex() + DnsQuery.HEADER, query.questionLength());
        if (fits) {
            int owner = negative ? query.questionLength() - 4 - DnsName.length(zone.origin()) : 0;
            int type = negative ? DnsZone.SOA : query.type();
            records.forEach(data -> write(POINTER | (DnsQuery.HEADER + owner), type, data, to));
        }
        if (query.edns()) {
            to.writeByte(0).writeShort(DnsQuery.OPT).writeShort(MOST_IN_DATAGRAM);
            to.writeByte(error >> 4).writeByte(0).writeShort(0).writeShort(0);
        }
    }

    /** Writes a record, whose name is in the question, so that a pointer to it is enough. */
    private void write(int owner, int type, byte[] data, ByteBuf to) {
        to.writeShort(owner).writeShort(type).writeShort(INTERNET).writeInt(zone.ttl());
        to.writeShort(data.length).writeBytes(data);
    }
}
