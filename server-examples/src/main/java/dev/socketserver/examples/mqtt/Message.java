package dev.socketserver.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.buffer.LengthPrefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** An application message, which is sent to any number of clients. Immutable and thread-safe. */
final class Message {
    private static final int PUBLISH = 0x30;
    private static final int DUPLICATE = 8;
    private static final int RETAINED = 1;

    private final String topic;
    private final List<String> levels; // of the topic
    private final byte[] payload;
    private final int qos;
    private final ByteBuf plain;

    Message(String topic, byte[] payload, int qos) {
        this.topic = topic;
        levels = TopicTree.levels(topic);
        this.payload = payload;
        this.qos = qos;
        plain = packet(PUBLISH, 0);
    }

    String topic() {
        return topic;
    }

    /** Returns the levels of the topic. */
    List<String> levels() {
        return levels;
    }

    boolean isEmpty() {
        return payload.length == 0;
    }

    int qos() {
        return qos;
    }

    /** Returns the packet for all who are to get it at most once. */
    ByteBuf plain() {
        return plain;
    }

    /** Returns the packet for one who is to get it at most once, since it was retained. */
    ByteBuf retained() {
        return packet(PUBLISH | RETAINED, 0);
    }

    /** Returns the packet for one who acknowledges it by its number. */
    ByteBuf numbered(int id, boolean retained, boolean again) {
        return packet(PUBLISH | 2 | (again ? DUPLICATE : 0) | (retained ? RETAINED : 0), id);
    }

    private ByteBuf packet(int type, int id) {
        byte[] name = topic.getBytes(UTF_8);
        ByteBuf frame = Unpooled.buffer(1 + 2 + name.length + 2 + payload.length);
        frame.writeByte(type).writeShort(name.length).writeBytes(name);
        if (id > 0) {
            frame.writeShort(id);
        }
        frame.writeBytes(payload);
        ByteBuf packet = Unpooled.buffer(frame.readableBytes() + LengthPrefix.MOST_WRITTEN);
        MqttHandler.LENGTH.writeLength(frame, packet);
        return packet.writeBytes(frame);
    }
}
