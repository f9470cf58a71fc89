package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.testing.InMemoryDatagrams;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Whatever is asked of a name server, in a datagram or on a connection in any pieces, is answered, if at all. */
@Timeout(60)
class DnsFuzzTest {
    private static final int MOST_IN_DATAGRAM = 1232;

    private final DnsService service = new DnsService(zone());

    private static DnsZone zone() {
        var zone = new DnsZone("example.test", 60);
        List.of("@ A 192.0.2.1", "www A 192.0.2.2", "www AAAA 2001:db8::1", "a.b TXT " + "x".repeat(600))
                .forEach(zone::add);
        return zone;
    }

    @FuzzTest
    void whateverIsAskedIsAnsweredOrNot(FuzzedDataProvider data) throws Exception {
        boolean stream = data.consumeBoolean();
        if (stream) {
            new Conversation(
                            ServerConfig.builder().framing(DnsService.FRAMING),
                            service.connections(),
                            List.of(EOFException.class, MessageTooLongException.class))
                    .with(data);
            return;
        }
        byte[] query = data.consumeRemainingAsBytes();
        try (var datagrams = InMemoryDatagrams.to(service.datagrams())) {
            datagrams.send(query);
            for (byte[] answer : datagrams.receivedBytes()) {
                assertThat(Arrays.copyOf(answer, 2)).isEqualTo(Arrays.copyOf(query, 2));
                assertThat(answer).hasSizeBetween(DnsQuery.HEADER, MOST_IN_DATAGRAM);
                assertThat(answer[2]).isNegative(); // it is no query
            }
        }
        checkNames(query);
    }

    /** A name that can be read anywhere in a message has the limits of all names. */
    private static void checkNames(byte[] message) {
        for (int at = 0; at < message.length; at++) {
            try {
                String name = DnsName.read(Unpooled.wrappedBuffer(message).readerIndex(at));
                assertThat(name.replace("\\046", "-").replace("\\\\", "-").getBytes(ISO_8859_1))
                        .hasSizeLessThanOrEqualTo(253);
                assertThat(DnsName.isIn(name, DnsName.parent(name))).isTrue();
            } catch (ProtocolException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }
}
