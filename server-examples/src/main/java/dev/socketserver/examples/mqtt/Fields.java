package dev.socketserver.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads the fields of packets. */
final class Fields {
    private static final int MOST_LEVELS = 32;

    private Fields() {}

    static void check(boolean condition, String otherwise) throws ProtocolException {
        if (!condition) {
            throw new ProtocolException(otherwise);
        }
    }

    static byte[] bytes(ByteBuf packet) {
        byte[] bytes = new byte[packet.readUnsignedShort()];
        packet.readBytes(bytes);
        return bytes;
    }

    static String text(ByteBuf packet) throws IOException {
        String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(packet))).toString(); // throws if malformed
        check(text.indexOf('\0') < 0, "a text with a zero");
        return text;
    }

    static String topic(ByteBuf packet) throws IOException {
        String topic = text(packet);
        boolean isPlain = topic.indexOf('+') < 0 && topic.indexOf('#') < 0;
        check(isPlain && !topic.isEmpty() && TopicTree.levels(topic).size() <= MOST_LEVELS, "a bad topic");
        return topic;
    }

    static List<String> filter(ByteBuf packet) throws IOException {
        List<String> filter = TopicTree.levels(text(packet));
        boolean isBad = filter.size() > MOST_LEVELS || filter.equals(List.of(""));
        for (int i = 0; i < filter.size(); i++) {
            String level = filter.get(i);
            boolean isAll = level.equals(TopicTree.ALL) && i == filter.size() - 1;
            isBad |= !isAll && !level.equals(TopicTree.ONE) && (level.indexOf('+') >= 0 || level.indexOf('#') >= 0);
        }
        check(!isBad, "a bad filter");
        return filter;
    }
}
