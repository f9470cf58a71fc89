package dev.socketserver.examples.mqtt;

import dev.socketserver.Framing;
import dev.socketserver.OutboundPolicy;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerState;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.buffer.LengthPrefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection of a client of MQTT 3.1.1: each call handles one packet. Confined to its connection's turn. */
public final class MqttHandler extends StreamRequestHandler {
    static final LengthPrefix LENGTH = LengthPrefix.varint(4).after(1);
    private static final Logger LOG = LoggerFactory.getLogger(MqttHandler.class);
    private static final int LONGEST = 1 << 16; // bytes of a packet
    private static final int MOST_FILTERS = 100; // of a packet
    private static final int MOST_QUEUED = 1 << 21; // bytes; more than a session has in flight

    private static final int CONNECT = 0x10;
    private static final int PUBLISH = 0x30;
    private static final int PUBACK = 0x40;
    private static final int SUBSCRIBE = 0x82;
    private static final int SUBACK = 0x90;
    private static final int UNSUBSCRIBE = 0xA2;
    private static final int UNSUBACK = 0xB0;
    private static final int PINGREQ = 0xC0;
    private static final int PINGRESP = 0xD0;
    private static final int DISCONNECT = 0xE0;

    private final Broker broker;
    private @Nullable Session session; // since CONNECT
    private String id = "";
    private @Nullable Message will;
    private boolean willRetained;

    /** Creates a handler of one client. */
    public MqttHandler(Broker broker) {
        this.broker = broker;
    }

    /** Returns the configuration, in which a client that reads too slowly misses messages. */
    public static ServerConfig.Builder configure(ServerConfig.Builder config) {
        return config.framing(Framing.frames(LENGTH, LONGEST))
                .outboundLimit(MOST_QUEUED)
                .outboundPolicy(OutboundPolicy.DROP_NEWEST);
    }

    @Override
    protected void handle() throws IOException {
        ByteBuf packet = in().readFrame(LENGTH, LONGEST);
        if (packet == null) {
            return; // the peer has gone
        }
        try {
            if (goesOn(packet.readUnsignedByte(), packet)) {
                keepOpen();
            }
        } catch (IndexOutOfBoundsException | ProtocolException | CharacterCodingException e) {
            LOG.debug("{} is disconnected: {}", connection(), e);
        }
    }

    private boolean goesOn(int type, ByteBuf packet) throws IOException {
        Session known = session;
        if (known == null) {
            Fields.check(type == CONNECT, "CONNECT has to come first");
            return connect(packet);
        } else if ((type & 0xF0) == PUBLISH) {
            publish(type, packet);
            return true;
        }
        switch (type) {
            case PUBACK -> known.acknowledged(packet.readUnsignedShort());
            case SUBSCRIBE -> subscribe(known, packet);
            case UNSUBSCRIBE -> unsubscribe(known, packet);
            case PINGREQ -> out().write(new byte[] {(byte) PINGRESP, 0});
            case DISCONNECT -> {
                will = null;
                return false;
            }
            default -> throw new ProtocolException("a packet of type " + type);
        }
        return true;
    }

    // ---- packets

    private boolean connect(ByteBuf packet) throws IOException {
        String protocol = Fields.text(packet);
        int version = packet.readUnsignedByte();
        if (!protocol.equals("MQTT") || version != 4) {
            return refuse(1);
        }
        int flags = packet.readUnsignedByte();
        int seconds = packet.readUnsignedShort();
        boolean clean = (flags & 2) != 0;
        String name = Fields.text(packet);
        if (name.isEmpty() && !clean) {
            return refuse(2);
        }
        if ((flags & 4) != 0) {
            will = new Message(Fields.topic(packet), Fields.bytes(packet), Math.min(1, flags >> 3 & 3));
            willRetained = (flags & 0x20) != 0;
        }
        if ((flags & 0x80) != 0) {
            Fields.text(packet); // the name of a user, whom nobody checks
        }
        if ((flags & 0x40) != 0) {
            Fields.bytes(packet); // the password
        }
        boolean isWillRight = (flags & 0x18) != 0x18 && ((flags & 4) != 0 || (flags & 0x38) == 0);
        Fields.check((flags & 1) == 0 && isWillRight && (flags & 0xC0) != 0x40, "bad flags"); // no password alone
        connection().idleTimeout(Duration.ofMillis(1_500L * seconds)); // zero is none
        id = name.isEmpty() ? "auto-" + connection().id() : name;
        session = broker.connect(id, clean, connection());
        return true;
    }

    private boolean refuse(int why) throws IOException {
        out().write(new byte[] {0x20, 2, 0, (byte) why});
        return false;
    }

    private void publish(int type, ByteBuf packet) throws IOException {
        int qos = type >> 1 & 3;
        Fields.check(qos < 2, "QoS " + qos + " is not offered");
        String topic = Fields.topic(packet);
        int number = qos == 0 ? 0 : number(packet);
        broker.publish(new Message(topic, ByteBufUtil.getBytes(packet), qos), (type & 1) != 0);
        if (qos > 0) {
            answer(PUBACK, number);
        }
    }

    private void answer(int type, int number) throws IOException {
        out().writeFrame(LENGTH, Unpooled.buffer().writeByte(type).writeShort(number));
    }

    private void subscribe(Session known, ByteBuf packet) throws IOException {
        int number = number(packet);
        Fields.check(packet.isReadable(), "no filter");
        ByteBuf results = Unpooled.buffer().writeByte(SUBACK).writeShort(number);
        for (int count = 0; packet.isReadable(); count++) {
            Fields.check(count < MOST_FILTERS, "too many filters");
            List<String> filter = Fields.filter(packet);
            int wanted = packet.readUnsignedByte();
            Fields.check(wanted <= 2, "a bad QoS");
            int qos = Math.min(1, wanted);
            results.writeByte(broker.subscribe(known, filter, qos) ? qos : 0x80);
        }
        out().writeFrame(LENGTH, results);
    }

    private static int number(ByteBuf packet) throws ProtocolException {
        int number = packet.readUnsignedShort();
        Fields.check(number != 0, "a packet without a number");
        return number;
    }

    private void unsubscribe(Session known, ByteBuf packet) throws IOException {
        int number = number(packet);
        Fields.check(packet.isReadable(), "no filter");
        while (packet.isReadable()) {
            broker.unsubscribe(known, Fields.filter(packet));
        }
        answer(UNSUBACK, number);
    }

    /** Publishes the will of a client that has not taken leave, unless all have to go. */
    @Override
    protected void finish() {
        if (session != null) {
            broker.disconnect(id, connection());
            if (will != null && server().state() != ServerState.DRAINING) {
                broker.publish(will, willRetained);
            }
        }
    }
}
