package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a server of DNS knows: the records of one zone, which is all names below one, and that one. Immutable once it is
 * in use, and so thread-safe.
 */
final class DnsZone {
    static final int A = 1;
    static final int NS = 2;
    static final int SOA = 6;
    static final int TXT = 16;
    static final int AAAA = 28;

    private static final int MOST_IN_STRING = 255;
    private static final int MOST_IN_RECORD = 16_000;

    /** How long others may wait before they ask again, in seconds: for changes, after a failure, at most. */
    private static final int[] PATIENCE = {3600, 600, 86_400};

    private final String origin;
    private final int ttl;

    /** The data of the records of each name and type. A name is here also if only one below it has a record. */
    private final Map<String, Map<Integer, List<byte[]>>> names = new HashMap<>();

    /**
     * Creates a zone that has a name server, {@code ns}, and no more.
     *
     * @param origin the name of the zone
     * @param ttl how long an answer may be kept, in seconds
     * @throws IllegalArgumentException if that is no name, or the time is negative
     */
    DnsZone(String origin, int ttl) {
        if (ttl < 0) {
            throw new IllegalArgumentException("ttl must not be negative: " + ttl);
        }
        this.origin = DnsName.of(origin);
        this.ttl = ttl;
        String server = inZone("ns");
        put(this.origin, NS, data -> DnsName.write(server, data));
        put(this.origin, SOA, data -> {
            DnsName.write(server, data);
            DnsName.write(inZone("hostmaster"), data);
            data.writeInt(1); // the zone's version
            for (int seconds : PATIENCE) {
                data.writeInt(seconds);
            }
            data.writeInt(ttl); // of an answer that there is no such record
        });
    }

    private String inZone(String name) {
        if (name.equals("@")) {
            return origin;
        }
        return DnsName.of(origin.isEmpty() ? name : name + "." + origin);
    }

    /**
     * Adds a record: {@code NAME TYPE VALUE}, where the name is {@code @} for the zone itself, or is in it.
     *
     * @throws IllegalArgumentException if it is no record
     */
    DnsZone add(String record) {
        String[] words = record.trim().split("\\s+", 3);
        if (words.length < 3) {
            throw new IllegalArgumentException("not NAME TYPE VALUE: " + record);
        }
        String name = inZone(words[0]);
        String value = words[2];
        switch (words[1].toUpperCase(Locale.ROOT)) {
            case "A" -> put(name, A, data -> data.writeBytes(address(value, "[0-9]+(\\.[0-9]+){3}", 4)));
            case "AAAA" ->
                put(name, AAAA, data -> data.writeBytes(address(value, "[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", 16)));
            case "TXT" -> put(name, TXT, data -> writeText(value.getBytes(UTF_8), data));
            case "NS" -> {
                if (!name.equals(origin)) {
                    throw new IllegalArgumentException("a part of the zone cannot be delegated: " + record);
                }
                put(name, NS, data -> DnsName.write(value.endsWith(".") ? DnsName.of(value) : inZone(value), data));
            }
            default -> throw new IllegalArgumentException("the type is not A, AAAA, TXT or NS: " + record);
        }
        return this;
    }

    private void put(String name, int type, Consumer<ByteBuf> writer) {
        ByteBuf data = Unpooled.buffer();
        writer.accept(data);
        names.computeIfAbsent(name, any -> new HashMap<>())
                .computeIfAbsent(type, any -> new ArrayList<>())
                .add(ByteBufUtil.getBytes(data));
        for (String above = name; !above.equals(origin); above = DnsName.parent(above)) {
            names.computeIfAbsent(above, any -> new HashMap<>());
        }
    }

    private static byte[] address(String text, String form, int length) {
        try {
            if (text.matches(form)) {
                byte[] address = InetAddress.getByName(text).getAddress(); // which looks up nothing, in this form
                if (address.length == length) { // or it was an IPv4 address in the form of IPv6
                    return address;
                }
            }
        } catch (UnknownHostException ignored) {
            // The message is the same.
        }
        throw new IllegalArgumentException("not an address: " + text);
    }

    private static void writeText(byte[] text, ByteBuf data) {
        if (text.length > MOST_IN_RECORD) {
            throw new IllegalArgumentException("a text has " + MOST_IN_RECORD + " bytes at most, not " + text.length);
        }
        for (int begin = 0; begin < text.length; begin += MOST_IN_STRING) {
            int length = Math.min(MOST_IN_STRING, text.length - begin);
            data.writeByte(length).writeBytes(text, begin, length);
        }
    }

    String origin() {
        return origin;
    }

    int ttl() {
        return ttl;
    }

    /** Returns whether there is such a name. */
    boolean has(String name) {
        return names.containsKey(name);
    }

    /** Returns the data of all records of a name and type. */
    List<byte[]> find(String name, int type) {
        return names.getOrDefault(name, Map.of()).getOrDefault(type, List.of());
    }
}
