package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import dev.socketserver.buffer.MessageTooLongException;
import java.io.EOFException;
import java.net.ProtocolException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Whatever comes in the place of HL7 messages, in any pieces, is the same messages; each is acknowledged. */
@Timeout(60)
class MllpFuzzTest {
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    @FuzzTest
    void whateverComesIsTheSameMessages(FuzzedDataProvider data) {
        List<String> taken = new ArrayList<>();
        new Conversation(
                        ServerConfig.builder().framing(MllpHandler.FRAMING),
                        () -> new MllpHandler(taken::add, CLOCK),
                        List.of(EOFException.class, MessageTooLongException.class, ProtocolException.class))
                .with(data);
        int half = taken.size() / 2; // those of the bytes in one piece
        assertThat(taken.subList(half, taken.size())).isEqualTo(taken.subList(0, half));
    }
}
