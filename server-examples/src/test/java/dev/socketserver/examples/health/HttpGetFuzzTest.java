package dev.socketserver.examples.health;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import dev.socketserver.examples.Conversation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;

/** Whatever asks for the health of a server, in any pieces, is answered, if at all; nothing throws. */
@Timeout(60)
class HttpGetFuzzTest {
    private final HttpGetHandler.Response ready = HttpGetHandler.Response.text("200 OK", "ready");

    @FuzzTest
    void whateverComesIsAnsweredOrWaitedFor(FuzzedDataProvider data) {
        new Conversation(
                        ServerConfig.builder(),
                        () -> new HttpGetHandler(Map.of("/ready", () -> ready), () -> 0),
                        List.of())
                .with(data);
    }
}
