package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import dev.socketserver.buffer.MessageTooLongException;
import java.io.EOFException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever comes in the place of messages of syslog, in any pieces, is the same messages, each of which is one line.
 */
@Timeout(60)
class SyslogFuzzTest {
    @FuzzTest
    void whateverComesIsTheSameMessages(FuzzedDataProvider data) {
        List<String> lines = new ArrayList<>();
        new Conversation(
                        ServerConfig.builder().framing(SyslogHandler.FRAMING),
                        () -> new SyslogHandler(message -> lines.add(message.toString())),
                        List.of(EOFException.class, MessageTooLongException.class))
                .with(data);
        assertThat(lines).noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
        int half = lines.size() / 2; // those of the bytes in one piece
        assertThat(lines.subList(half, lines.size())).isEqualTo(lines.subList(0, half));
    }
}
