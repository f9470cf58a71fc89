package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Whatever a client of SMTP sends, in any pieces, is answered the same, and is the same mails; nothing throws. */
@Timeout(60)
class SmtpFuzzTest {
    @FuzzTest
    void whateverComesIsTheSameMails(FuzzedDataProvider data) {
        List<SmtpService.Mail> mails = new ArrayList<>();
        var service = new SmtpService("test", 1000, null, mails::add);
        new Conversation(ServerConfig.builder().framing(SmtpHandler.FRAMING), () -> new SmtpHandler(service), List.of())
                .with(data);
        int half = mails.size() / 2; // those of the bytes in one piece
        assertThat(mails.subList(half, mails.size())).isEqualTo(mails.subList(0, half));
    }
}
