package dev.socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.OpenSslClient;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TlsClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a TLS peer may say besides its data. */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.socketserver.TlsSetup#everywhere")
class TlsProtocolTest {
    /** As the code has it. */
    private static final int MAX_USELESS_RECORDS = 16;

    private final RecordingListener listener = new RecordingListener();
    private final TlsSetup setup;

    TlsProtocolTest(TlsSetup setup) {
        this.setup = setup;
    }

    private TcpServer server() throws Exception {
        return new TcpServer(setup.config().listener(listener).build(), LineEcho::new);
    }

    @Test
    void keyUpdatesAreAnsweredAlsoWhenTheConnectionIsIdle() throws Exception {
        assumeTrue(setup.version().equals(TlsSetup.NEWEST), "TLS 1.2 has none");
        try (TcpServer server = server()) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                for (int i = 0; i < 20; i++) {
                    assertThat(client.send(i + "\n").readLine()).isEqualTo("" + i);
                    client.transport().send(client.hello()); // which is a key update by now
                    client.readRecord();
                }
                assertThat(client.send("done\n").closeNotify().readAll()).isEqualTo("done\n");
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void aRenegotiationIsRefusedAndCostsItsConnection() throws Exception {
        assumeTrue(setup.version().equals(TlsSetup.OLDER), "TLS 1.3 has none");
        try (TcpServer server = server()) {
            server.start();
            try (TlsClient client = setup.connect(server);
                    TlsClient other = setup.connect(server)) {
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
                assertThatThrownBy(client::shakeHands).isInstanceOf(IOException.class);
                listener.await("closed", 1);
                assertThat(other.send("hello\n").readLine()).isEqualTo("hello");
            }
        }
    }

    @Test
    void someRecordsWithoutDataAreFineAndAFloodIsNot() throws Exception {
        assumeTrue(setup.version().equals(TlsSetup.NEWEST), "with TLS 1.2 the JDK's engine makes none");
        try (TcpServer server = server()) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                for (int round = 0; round < 3; round++) {
                    client.transport().send(updates(client, MAX_USELESS_RECORDS));
                    assertThat(client.send("data\n").readLine()).isEqualTo("data");
                }
                client.transport().send(updates(client, MAX_USELESS_RECORDS + 1));
                listener.await("closed", 1);
            }
        }
    }

    private static byte[] updates(TlsClient client, int count) throws IOException {
        var records = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            records.writeBytes(client.hello());
        }
        return records.toByteArray();
    }

    @Test
    void aForgedRecordIsAnErrorThatAHandlerSees() throws Exception {
        try (var server = new TcpServer(
                setup.config().listener(listener).build(), StreamRequestHandler.of((in, out) -> in.transferTo(out)))) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("true").read(4)).isEqualTo("true".getBytes(US_ASCII));
                byte[] record = client.seal("forged");
                record[record.length - 1]++;
                client.transport().send(record);
                listener.await("closed", 1);
            }
            assertThat(listener.failures()).singleElement().isInstanceOf(SSLException.class);
        }
    }

    @Test
    void opensslConversesVerifiesAndSaysGoodbye(@TempDir Path directory) throws Exception {
        Path trusted = Files.writeString(directory.resolve("server.pem"), Certificates.pem("server"));
        try (TcpServer server = server()) {
            server.start();
            Process openssl = OpenSslClient.connect(
                    server.port(),
                    "-verify_return_error",
                    "-CAfile",
                    trusted.toString(),
                    "-servername",
                    "localhost",
                    setup.version().equals(TlsSetup.NEWEST) ? "-tls1_3" : "-tls1_2");
            try (var input = openssl.outputWriter(UTF_8);
                    var output = openssl.inputReader(UTF_8)) {
                for (int i = 0; i < 10; i++) {
                    input.write("request " + i + "\n");
                    input.flush();
                    assertThat(output.readLine()).isEqualTo("request " + i);
                }
            } finally {
                openssl.destroy();
            }
            listener.await("closed", 1);
        }
        assertThat(listener.failures()).isEmpty();
    }
}
