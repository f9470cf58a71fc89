package dev.socketserver.examples.redis;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import dev.socketserver.examples.Conversation;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Whatever a client of Redis sends, in any pieces, is answered the same; nothing throws. */
@Timeout(60)
class RedisFuzzTest {
    private final Conversation conversation = new Conversation(
            RedisHandler.configure(ServerConfig.builder()),
            () -> new RedisHandler(new RedisHandler.Service(new Database(() -> 0))),
            List.of());

    @FuzzTest
    void whateverComesIsAnsweredTheSame(FuzzedDataProvider data) {
        conversation.with(data);
    }
}
