package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.StreamRequestHandler;
import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.testing.InMemoryConnection;
import dev.socketserver.testing.InMemoryDatagrams;
import dev.socketserver.testing.Splits;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The handlers of the examples, without a socket. */
@Timeout(60)
class HandlersTest {
    private static InMemoryConnection library() {
        return InMemoryConnection.to(() -> new DocumentHandler(Duration.ZERO));
    }

    @Test
    void anEchoSendsBackEveryByteHoweverItComes() {
        Supplier<InMemoryConnection> echo = () -> InMemoryConnection.to(EchoHandler::new);
        assertThat(Splits.sameOutput(echo, "hello\n")).isEqualTo("hello\n");
        assertThat(Splits.sameOutput(echo, "twenty bytes or more")).isEqualTo("twenty bytes or more");
    }

    @Test
    void anEchoLetsItsConnectionRestBetweenMessages() {
        try (var connection = InMemoryConnection.to(EchoHandler::new)) {
            connection.send("one").expect("one").serve();
            assertThat(connection.isOpen()).isTrue();
            connection.send("two").expect("two").serve();
            assertThat(connection.staySilent().serve().isOpen()).isFalse();
        }
    }

    @Test
    void anEchoThatIsIdleEndsInADrain() {
        try (var connection = InMemoryConnection.to(EchoHandler::new)) {
            assertThat(connection.send("one").drain().serve().isOpen()).isFalse();
            assertThat(connection.received()).isEqualTo("one");
        }
    }

    @Test
    void anEchoOfAWholeConversationTimesOutWithASilentPeer() {
        try (var connection = InMemoryConnection.to(StreamRequestHandler.of((in, out) -> in.transferTo(out)))) {
            assertThat(connection.send("one").serveToFailure()).isInstanceOf(SocketTimeoutException.class);
            assertThat(connection.received()).isEqualTo("one");
        }
    }

    @Test
    void aDocumentIsSentForItsNumber() {
        assertThat(Splits.sameOutput(HandlersTest::library, "42\n")).isEqualTo(DocumentHandler.document(42));
        assertThat(Splits.sameOutput(HandlersTest::library, "")).isEmpty();
    }

    @Test
    void whatIsNoNumberOfADocumentCostsTheConnection() {
        try (var connection = library()) {
            assertThat(connection.send("x\n").serveToFailure()).isInstanceOf(NumberFormatException.class);
            assertThat(connection.isOpen()).isFalse();
        }
        try (var connection = library()) {
            assertThat(connection.send("1".repeat(100)).serveToFailure()).isInstanceOf(MessageTooLongException.class);
        }
    }

    @Test
    void textComesBackInUpperCase() {
        try (var datagrams = InMemoryDatagrams.to(UpperCaseServer.UpperCaseHandler::new)) {
            datagrams.send("grüße").send("").send("x");
            assertThat(datagrams.received()).containsExactly("GRÜSSE", "X");
        }
    }
}
