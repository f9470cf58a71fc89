package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.app.Connection;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.parser.GenericModelClassFactory;
import ca.uhn.hl7v2.util.Terser;
import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.testing.InMemoryConnection;
import dev.socketserver.testing.Splits;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HL7 messages over MLLP, in memory, and sent by HAPI. */
@Timeout(120)
class MllpTest {
    private static final String HEADER = "MSH|^~\\&|LAB|Hospital|EHR|Clinic|20260101120000||ADT^A01|%s|P|2.5";
    private static final String PATIENT = "\rPID|1||12345||Doe^John\r";

    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);

    private final List<String> taken = new ArrayList<>();

    private static String block(String message) {
        return "\u000B" + message + "\u001C\r";
    }

    @Test
    void eachMessageIsTakenAndAcknowledgedHoweverItsBytesCome() {
        var config = ServerConfig.builder().framing(MllpHandler.FRAMING).build();
        String one = HEADER.formatted(1) + PATIENT;
        String two = HEADER.formatted(2) + PATIENT;
        try (var server = new TcpServer(config, () -> new MllpHandler(taken::add, NOON))) {
            String answers = Splits.sameOutput(() -> InMemoryConnection.to(server), block(one) + block(two));
            assertThat(answers)
                    .isEqualTo(block("MSH|^~\\&|EHR|Clinic|LAB|Hospital|20260101120000+0000||ACK|1|P|2.5\rMSA|AA|1\r")
                            + block("MSH|^~\\&|EHR|Clinic|LAB|Hospital|20260101120000+0000||ACK|2|P|2.5\rMSA|AA|2\r"));
        }
        assertThat(taken).contains(one, two);
    }

    @Test
    void whiteSpaceBetweenBlocksIsIgnoredAndBeginsNoMessage() {
        var config = ServerConfig.builder().framing(MllpHandler.FRAMING).build();
        String message = HEADER.formatted(1) + PATIENT;
        try (var server = new TcpServer(config, () -> new MllpHandler(taken::add, NOON))) {
            String plain = Splits.sameOutput(() -> InMemoryConnection.to(server), block(message) + block(message));
            String spaced = " \n" + block(message) + "\n\r\n\t" + block(message) + "\n";
            assertThat(Splits.sameOutput(() -> InMemoryConnection.to(server), spaced))
                    .isEqualTo(plain);
            try (var connection = InMemoryConnection.to(server)) {
                connection.send(block(message) + "\n").serve();
                assertThat(connection.isOpen()).isTrue();
            }
        }
    }

    @Test
    void whatCannotBeTakenIsNotAcknowledged() {
        MllpHandler.Taker full = message -> {
            throw new IOException("full");
        };
        try (var connection = InMemoryConnection.to(() -> new MllpHandler(full, NOON))) {
            assertThatThrownBy(() -> connection
                            .send(block(HEADER.formatted(1) + PATIENT))
                            .serve())
                    .hasRootCauseMessage("full");
            assertThat(connection.received()).isEmpty();
        }
    }

    @Test
    void noHeaderMovesTheCursorOfWhoeverReadsItOrLooksLikeTwo() {
        String message = HEADER.formatted("1\n\u001B[2J\u0085") + PATIENT;
        assertThat(MllpCommand.header(message)).isEqualTo(HEADER.formatted("1  [2J "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "MSH|^~\\&|no start\r", "\u000B", "\u000BPID|1\r", "\u000BMSH\r", "\u000BMSH|^~\\&|LAB\r"})
    void whatIsNoMessageEndsTheConnectionUnanswered(String block) {
        try (var connection = InMemoryConnection.to(() -> new MllpHandler(taken::add, NOON))) {
            assertThatThrownBy(() -> connection.send(block + "\u001C\r").serve())
                    .hasCauseInstanceOf(ProtocolException.class);
            assertThat(connection.received()).isEmpty();
        }
        assertThat(taken).isEmpty();
    }

    @Test
    void hapiSendsMessagesAndUnderstandsTheirAcknowledgements() throws Exception {
        try (ChildJvm mllp = ChildJvm.start("mllp", "--host", "127.0.0.1", "--port", "0");
                var context = new DefaultHapiContext(new GenericModelClassFactory())) {
            String line = mllp.out().readLine();
            int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            Connection connection = context.newClient("127.0.0.1", port, false);
            for (int i = 1; i <= 20; i++) {
                String header = HEADER.formatted("id" + i);
                Message message = context.getPipeParser().parse(header + PATIENT.repeat(i));
                var answer = new Terser(connection.getInitiator().sendAndReceive(message));
                assertThat(answer.get("/MSA-1")).isEqualTo("AA");
                assertThat(answer.get("/MSA-2")).isEqualTo("id" + i);
                assertThat(answer.get("/MSH-5")).isEqualTo("LAB");
                assertThat(mllp.out().readLine()).isEqualTo(header);
            }
            connection.close();
        }
    }
}
