package dev.socketserver.internal.udp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.peer.Descriptors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Datagrams that are received in batches, on a JDK and a system that can. */
@Timeout(60)
class BatchArrivalsTest {
    private static final int LONGEST = 100;

    private final List<DatagramChannel> channels = new ArrayList<>();
    private @Nullable SystemSocket system;

    @AfterEach
    void close() throws IOException {
        if (system != null) {
            system.close();
        }
        for (DatagramChannel channel : channels) {
            channel.close();
        }
    }

    private DatagramChannel bind(StandardProtocolFamily family, String host) throws IOException {
        DatagramChannel channel = DatagramChannel.open(family);
        channels.add(channel);
        channel.bind(new InetSocketAddress(host, 0)).configureBlocking(false);
        return channel;
    }

    private SystemSocket open(DatagramChannel channel) {
        assumeThat(Runtime.version().feature()).as("the JDK").isGreaterThanOrEqualTo(22);
        SystemSocket opened = Objects.requireNonNull(SystemSocket.of(channel), "no system calls");
        system = opened;
        return opened;
    }

    private static int port(DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    /** Messages of a socket, without the server behind. */
    private static final class Batch {
        private final SystemSocket system;
        private final Messages messages;
        private final ByteBuffer[] contents;

        Batch(SystemSocket system, int count) {
            this.system = system;
            messages = system.newMessages(count);
            contents = new ByteBuffer[count];
            for (int i = 0; i < count; i++) {
                contents[i] = ByteBuffer.allocateDirect(LONGEST);
                messages.content(i, system.address(contents[i]), LONGEST);
            }
        }

        /** Receives until there is something. */
        List<String> receive() throws IOException {
            int received;
            do {
                for (int i = 0; i < messages.count(); i++) {
                    messages.clear(i);
                }
                received = system.receive(messages);
            } while (received == 0);
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < received; i++) {
                byte[] bytes = new byte[messages.length(i)];
                contents[i].get(0, bytes);
                texts.add(new String(bytes, UTF_8));
            }
            return texts;
        }

        Source source(int message) {
            PacketInfo info = system.info();
            Destination destination = null;
            if (info != null) {
                int at = info.find(messages.memory(), messages.control(message), messages.controlLength(message));
                destination = info.read(messages.memory(), at, 0);
            }
            return Source.read(messages.memory(), messages.address(message), destination);
        }
    }

    private static Stream<List<Object>> sockets() {
        return Stream.of(
                List.of(StandardProtocolFamily.INET, "127.0.0.1", "127.0.0.1"),
                List.of(StandardProtocolFamily.INET, "0.0.0.0", "127.0.0.2"),
                List.of(StandardProtocolFamily.INET6, "127.0.0.1", "127.0.0.1"),
                List.of(StandardProtocolFamily.INET6, "::", "127.0.0.2"),
                List.of(StandardProtocolFamily.INET6, "::", "::1"),
                List.of(StandardProtocolFamily.INET6, "::1", "::1"));
    }

    @ParameterizedTest
    @MethodSource("sockets")
    void eachMessageHasItsContentItsSourceAndAnAnswerFromWhereItWasSentTo(List<Object> kind) throws Exception {
        DatagramChannel server = bind((StandardProtocolFamily) kind.get(0), (String) kind.get(1));
        var target = new InetSocketAddress((String) kind.get(2), port(server));
        var batch = new Batch(open(server), 8);
        List<DatagramChannel> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            DatagramChannel client = DatagramChannel.open();
            channels.add(client);
            client.connect(target); // takes answers from there only
            client.write(ByteBuffer.wrap(("from " + i).getBytes(UTF_8)));
            clients.add(client);
        }
        List<String> texts = new ArrayList<>();
        while (texts.size() < clients.size()) {
            List<String> received = batch.receive();
            for (int i = 0; i < received.size(); i++) {
                DatagramChannel client = clients.get(texts.size() + i);
                Source source = batch.source(i);
                assertThat(source).isEqualTo(client.getLocalAddress());
                assertThat(source.hashCode()).isEqualTo(client.getLocalAddress().hashCode());
                assertThat(source.isAt(batch.messages.memory(), batch.messages.address(i)))
                        .isTrue();
                byte[] answer = ("to " + source).getBytes(UTF_8);
                assertThat(batch.system.send(ByteBuffer.wrap(answer), source)).isEqualTo(SystemSocket.Sent.WHOLE);
                ByteBuffer answered = ByteBuffer.allocate(200);
                client.read(answered);
                assertThat(answered.flip()).isEqualTo(ByteBuffer.wrap(answer));
            }
            texts.addAll(received);
        }
        assertThat(texts).containsExactly("from 0", "from 1", "from 2");
    }

    @Test
    void manyMessagesTakeOneCall() throws Exception {
        DatagramChannel server = bind(StandardProtocolFamily.INET, "127.0.0.1");
        var batch = new Batch(open(server), 8);
        DatagramChannel client = DatagramChannel.open();
        channels.add(client);
        for (int i = 0; i < 8; i++) {
            client.send(ByteBuffer.wrap(new byte[] {(byte) ('a' + i)}), server.getLocalAddress());
        }
        assertThat(batch.receive()).containsExactly("a", "b", "c", "d", "e", "f", "g", "h");
    }

    @Test
    void theChannelsOptionsStayAsTheyWere() throws Exception {
        for (boolean before : new boolean[] {true, false}) {
            DatagramChannel server = bind(StandardProtocolFamily.INET, "127.0.0.1");
            server.setOption(StandardSocketOptions.SO_BROADCAST, before);
            open(server).close();
            assertThat(server.getOption(StandardSocketOptions.SO_BROADCAST)).isEqualTo(before);
        }
    }

    @Test
    void aClosedSocketHasNoDescriptorReceivesNothingAndLeavesSendingToTheChannel() throws Exception {
        DatagramChannel server = bind(StandardProtocolFamily.INET, "127.0.0.1");
        open(server).close(); // the classes are loaded
        int before = Descriptors.count();
        SystemSocket socket = open(server);
        assertThat(Descriptors.count()).isEqualTo(before + 1);
        var batch = new Batch(socket, 1);
        server.send(ByteBuffer.wrap(new byte[] {'a'}), server.getLocalAddress());
        batch.receive();
        Source source = batch.source(0);
        socket.close();
        socket.close();
        assertThat(Descriptors.count()).isEqualTo(before);
        assertThatThrownBy(batch::receive).isInstanceOf(ClosedChannelException.class);
        assertThat(socket.send(ByteBuffer.wrap(new byte[1]), source)).isEqualTo(SystemSocket.Sent.BY_CHANNEL);
    }

    @Test
    void aSourceOfAnotherPortOrHostIsAnotherOne() throws Exception {
        DatagramChannel server = bind(StandardProtocolFamily.INET, "127.0.0.1");
        var batch = new Batch(open(server), 2);
        SocketAddress target = server.getLocalAddress();
        DatagramChannel one = bind(StandardProtocolFamily.INET, "127.0.0.1");
        one.send(ByteBuffer.wrap(new byte[1]), target);
        batch.receive();
        Source first = batch.source(0);
        ByteBuffer memory = batch.messages.memory();
        int at = batch.messages.address(0);
        DatagramChannel other = DatagramChannel.open(StandardProtocolFamily.INET);
        channels.add(other);
        other.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.3"), port(one)));
        other.send(ByteBuffer.wrap(new byte[1]), target);
        batch.receive();
        assertThat(first.isAt(memory, at)).isFalse();
        assertThat(batch.source(0)).isEqualTo(other.getLocalAddress());
    }
}
