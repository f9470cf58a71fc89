package dev.socketserver.examples.mqtt;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.examples.Conversation;
import java.io.EOFException;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Whatever a client of MQTT sends, in any pieces, is answered the same. */
@Timeout(60)
class MqttFuzzTest {
    private final Conversation conversation = new Conversation(
            MqttHandler.configure(ServerConfig.builder()),
            () -> new MqttHandler(new Broker()),
            List.of(EOFException.class, MessageTooLongException.class));

    @FuzzTest
    void whateverComesIsAnsweredTheSame(FuzzedDataProvider data) {
        conversation.with(data);
    }
}
