package dev.socketserver.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import dev.socketserver.examples.Conversation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Whatever a client of HTTP sends, in any pieces, is answered the same; nothing throws. */
@Timeout(60)
class HttpFuzzTest {
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    private final Conversation echo = of(new Echo());
    private final Conversation files = of(new Directory(Path.of("src", "main", "resources")));

    HttpFuzzTest() throws IOException {}

    private static Conversation of(HttpService service) {
        return new Conversation(
                ServerConfig.builder().framing(HttpHandler.FRAMING), () -> new HttpHandler(service, CLOCK), List.of());
    }

    @FuzzTest
    void whateverComesIsAnsweredTheSame(FuzzedDataProvider data) {
        String answer = (data.consumeBoolean() ? echo : files).with(data);
        assertThat(answer).matches("(?s)(HTTP/1\\.1 .*)?");
    }
}
