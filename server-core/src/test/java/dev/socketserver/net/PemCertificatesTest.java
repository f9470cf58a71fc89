package dev.socketserver.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates in files that are replaced while a server runs. */
@Timeout(60)
class PemCertificatesTest {
    private static final String[] NAMES = {"first", "second", "third"};

    /** A certificate that signs itself, for a hundred years, and its key. */
    private static final String ED25519 = """
            -----BEGIN CERTIFICATE-----
            MIIBOjCB7aADAgECAhR2m5Sa61TdTUhrsYW/Q0rKPen00jAFBgMrZXAwEjEQMA4G
            A1UEAwwHZWQyNTUxOTAgFw0yNjExMzAwMzUwNDlaGA8yMTI2MTEwNjAzNTA0OVow
            EjEQMA4GA1UEAwwHZWQyNTUxOTAqMAUGAytlcAMhAPVWjsCuCHZjwX1+2bF/wugT
            059vCbYlkrwFvmPoANZto1MwUTAdBgNVHQ4EFgQUL0ikm+CekMghmoGU4b4Oy4WJ
            dIAwHwYDVR0jBBgwFoAUL0ikm+CekMghmoGU4b4Oy4WJdIAwDwYDVR0TAQH/BAUw
            AwEB/zAFBgMrZXADQQBHMiRp1srvuTcyq15EhmBQss9+Bhjdfphx52ZUDbI61s6f
            B4+JOYwhubppREWM4u9OvuL9Rg5Jmh/DHyGJy30E
            -----END CERTIFICATE-----
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIFWU7moM85E2rts3WewhAqQnMyByZjJ3KBhXEk0m02xs
            -----END PRIVATE KEY-----
            """;

    private final AtomicLong time = new AtomicLong();

    @RegisterExtension
    final CapturedLog log = new CapturedLog(PemCertificates.class, Level.INFO);

    @TempDir
    private Path directory;

    private List<String> warnings() {
        return log.lines(Level.WARN);
    }

    private Path write(String file, String text) throws IOException {
        Path temporary = Files.writeString(directory.resolve("new"), text);
        return Files.move(temporary, directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }

    private Path certificate(String file, String name) throws Exception {
        return write(file, "a comment\n" + Certificates.pem(name));
    }

    private Path key(String file, String name) throws Exception {
        return write(file, Certificates.keyPem(name));
    }

    private PemCertificates of(String name) throws Exception {
        return PemCertificates.of(certificate("chain.pem", name), key("key.pem", name), time::get);
    }

    /** Lets the time pass after which changes are noticed. */
    private void wait(PemCertificates noticing) {
        time.addAndGet(PemCertificates.INTERVAL.toNanos());
        noticing.context();
    }

    private static StreamRequestHandler echo() {
        return new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                String line = in().readLine(UTF_8, 100);
                if (line != null) {
                    out().write(line + "\n", UTF_8);
                    keepOpen();
                }
            }
        };
    }

    private static TcpServer start(PemCertificates certificates) throws IOException {
        var server = new TcpServer(Loopback.config().tls(Tls.of(certificates)).build(), PemCertificatesTest::echo);
        server.start();
        return server;
    }

    private static SSLEngine asking(String name) {
        SSLEngine engine = Certificates.anonymous(NAMES).createSSLEngine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static String subject(TlsClient client) throws Exception {
        var certificate = (X509Certificate) client.engine().getSession().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().getName();
    }

    private static String subject(TcpServer server, String name) throws Exception {
        try (var client = new TlsClient(TestClient.to(server.address()), asking(name))) {
            return subject(client.shakeHands());
        }
    }

    @Test
    void whoConnectsAfterTheFilesWereReplacedGetsTheNewCertificate() throws Exception {
        PemCertificates certificates = of("first");
        try (TcpServer server = start(certificates);
                TlsClient old = TlsClient.to(server.address(), Certificates.anonymous(NAMES))) {
            assertThat(subject(old)).isEqualTo("CN=first");
            certificate("chain.pem", "second");
            key("key.pem", "second");
            assertThat(subject(server, "localhost")).isEqualTo("CN=first"); // nobody has looked again yet
            time.addAndGet(PemCertificates.INTERVAL.toNanos());
            assertThat(subject(server, "localhost")).isEqualTo("CN=second");
            assertThat(old.send("still here\n").readLine()).isEqualTo("still here");
        }
        assertThat(warnings()).isEmpty();
    }

    @Test
    void theKeyMayBeOfEdDsa() throws Exception {
        Path file = write("ed25519.pem", ED25519);
        try (TcpServer server = start(PemCertificates.of(file, file));
                var client = new TlsClient(
                        TestClient.to(server.address()), trusting(file).createSSLEngine())) {
            assertThat(subject(client.shakeHands())).isEqualTo("CN=ed25519");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsassa-pss", "rsassa-pss-sha384"})
    void theKeyMayBeOfRsaWithPss(String name) throws Exception {
        Path file = Path.of(getClass().getResource(name + ".pem").toURI());
        try (TcpServer server = start(PemCertificates.of(file, file));
                var client = new TlsClient(
                        TestClient.to(server.address()), trusting(file).createSSLEngine())) {
            assertThat(subject(client.shakeHands())).isEqualTo("CN=" + name);
        }
    }

    private static SSLContext trusting(Path file) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(file)) {
            store.setCertificateEntry(
                    "trusted", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void aDirectoryIsToldByItsName() throws Exception {
        Path certificate = certificate("chain.pem", "first");
        assertThatThrownBy(() -> PemCertificates.of(certificate, directory))
                .isInstanceOf(IOException.class)
                .hasMessage(directory + " is a directory");
    }

    @Test
    void filesThatAreNotReplacedAreNotReadAgain() throws Exception {
        PemCertificates certificates = of("first");
        var before = certificates.context();
        wait(certificates);
        assertThat(certificates.context()).isSameAs(before);
    }

    @Test
    void theFilesAreLookedAtOnceInAnIntervalByWhicheverThreadAsksThen() throws Exception {
        PemCertificates certificates = of("first");
        List<String> expected = new ArrayList<>();
        for (String name : List.of("second", "third")) {
            certificate("chain.pem", name);
            key("key.pem", name);
            time.addAndGet(PemCertificates.INTERVAL.toNanos() - 1);
            SSLContext before = certificates.context();
            assertThat(log.lines()).isEqualTo(expected);
            time.incrementAndGet();
            SSLContext now = CompletableFuture.supplyAsync(certificates::context, task -> new Thread(task).start())
                    .get();
            assertThat(now).isNotSameAs(before).isSameAs(certificates.context());
            expected.add("read the certificates again: PemCertificates[" + directory.resolve("chain.pem") + "]");
            assertThat(log.lines()).isEqualTo(expected);
        }
    }

    @Test
    void aBrokenFileKeepsTheOldCertificateAndIsLoggedOnce() throws Exception {
        PemCertificates certificates = of("first");
        try (TcpServer server = start(certificates)) {
            write("chain.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
            wait(certificates);
            wait(certificates);
            assertThat(subject(server, "localhost")).isEqualTo("CN=first");
            assertThat(warnings()).singleElement().asString().contains("keeps those it has", "chain.pem");
            Files.delete(directory.resolve("chain.pem"));
            wait(certificates);
            wait(certificates);
            assertThat(subject(server, "localhost")).isEqualTo("CN=first");
            assertThat(warnings()).hasSize(2);
            certificate("chain.pem", "second");
            wait(certificates); // the key is the old one still
            assertThat(subject(server, "localhost")).isEqualTo("CN=first");
            assertThat(warnings()).hasSize(3);
            key("key.pem", "second");
            wait(certificates);
            assertThat(subject(server, "localhost")).isEqualTo("CN=second");
            assertThat(warnings()).hasSize(3);
        }
    }

    /** As Kubernetes replaces a mounted secret: both files by one rename. */
    @Test
    void aLinkThatLeadsElsewhereIsAnotherFile() throws Exception {
        for (String name : List.of("first", "second")) {
            Files.createDirectory(directory.resolve(name));
            certificate(name + "/tls.crt", name);
            key(name + "/tls.key", name);
        }
        Path link = Files.createSymbolicLink(directory.resolve("data"), Path.of("first"));
        PemCertificates certificates = PemCertificates.of(link.resolve("tls.crt"), link.resolve("tls.key"), time::get);
        try (TcpServer server = start(certificates)) {
            Path other = Files.createSymbolicLink(directory.resolve("other"), Path.of("second"));
            Files.move(other, link, StandardCopyOption.ATOMIC_MOVE);
            wait(certificates);
            assertThat(subject(server, "localhost")).isEqualTo("CN=second");
        }
    }

    /** One of them in one file, as HAProxy has it. */
    private PemCertificates several() throws Exception {
        Path both = write("third.pem", Certificates.keyPem("third") + Certificates.pem("third"));
        return of("first")
                .and(certificate("second.pem", "second"), key("second.key", "second"))
                .and(both, both);
    }

    @Test
    void aClientGetsTheCertificateOfTheNameThatItAsksForOrElseTheFirst() throws Exception {
        PemCertificates certificates = several();
        try (TcpServer server = start(certificates)) {
            for (String name : NAMES) {
                assertThat(subject(server, name + ".example")).isEqualTo("CN=" + name);
            }
            assertThat(subject(server, "nobody.example")).isEqualTo("CN=first");
            try (TlsClient client = TlsClient.to(server.address(), Certificates.anonymous(NAMES))) {
                assertThat(subject(client)).isEqualTo("CN=first");
            }
        }
    }

    /** Returns what the server answers a client with the certificate of that name. */
    private static String answer(TcpServer server, String client) throws Exception {
        try (TlsClient certified = TlsClient.to(server.address(), Certificates.context(client, NAMES))) {
            return certified.send("hello\n").readLine();
        }
    }

    @Test
    void clientsNeedACertificateOfTheAuthoritiesThatTheirFileHasNow() throws Exception {
        Path authorities = certificate("authorities.pem", "second");
        PemCertificates certificates = of("first").withClientAuthorities(authorities);
        try (TcpServer server = start(certificates)) {
            assertThat(answer(server, "second")).isEqualTo("hello");
            assertThatThrownBy(() -> answer(server, "third")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> answerWithoutCertificate(server)).isInstanceOf(IOException.class);
            write("authorities.pem", Certificates.pem("first") + Certificates.pem("third"));
            wait(certificates);
            assertThat(answer(server, "third")).isEqualTo("hello");
            assertThatThrownBy(() -> answer(server, "second")).isInstanceOf(IOException.class);
            write("authorities.pem", "nothing");
            wait(certificates);
            assertThat(answer(server, "third")).isEqualTo("hello");
        }
        assertThat(warnings()).singleElement().asString().contains("authorities.pem has no certificate");
    }

    private static void answerWithoutCertificate(TcpServer server) throws Exception {
        try (TlsClient anonymous = TlsClient.to(server.address(), Certificates.anonymous(NAMES))) {
            anonymous.send("hello\n").readLine();
        }
    }

    @Test
    void clientAuthoritiesHoldForAllCertificatesAndHaveToBeThere() throws Exception {
        PemCertificates certificates = of("first")
                .withClientAuthorities(certificate("authorities.pem", "third"))
                .and(certificate("second.pem", "second"), key("second.key", "second"));
        assertThat(certificates.engine().getNeedClientAuth()).isTrue();
        assertThat(several().engine().getNeedClientAuth()).isFalse();
        Path missing = directory.resolve("missing.pem");
        assertThatThrownBy(() -> certificates.withClientAuthorities(missing))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing.pem");
    }

    @Test
    void theSameHoldsForTlsInMidConversation() throws Exception {
        PemCertificates certificates = several();
        Tls tls = Tls.of(certificates);
        try (var server = new TcpServer(Loopback.config().build(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                if (in().readLine(UTF_8, 100) != null) {
                    out().write("220 ready\n", UTF_8);
                    connection().startTls(tls);
                    keepOpen();
                }
            }
        })) {
            server.start();
            assertThat(startedSubject(server)).isEqualTo("CN=second");
            certificate("second.pem", "second");
            key("second.key", "second");
            certificate("chain.pem", "first");
            wait(certificates);
            assertThat(startedSubject(server)).isEqualTo("CN=second");
        }
    }

    private static String startedSubject(TcpServer server) throws Exception {
        try (TestClient transport = TestClient.to(server.address())) {
            assertThat(transport.send("STARTTLS\n").readLine()).isEqualTo("220 ready");
            return subject(new TlsClient(transport, asking("second.example")).shakeHands());
        }
    }

    @Test
    void whatCannotBeUsedIsNamed() throws Exception {
        Path certificate = certificate("chain.pem", "first");
        Path key = key("key.pem", "first");
        assertThatThrownBy(() -> PemCertificates.of(certificate, key("other.pem", "second")))
                .isInstanceOf(IOException.class)
                .hasMessage(directory.resolve("other.pem") + " is not the key of " + certificate);
        assertThatThrownBy(() -> PemCertificates.of(key, key))
                .isInstanceOf(IOException.class)
                .hasMessage(key + " has no certificate (BEGIN CERTIFICATE)");
        assertThatThrownBy(() -> PemCertificates.of(certificate, certificate))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(certificate + " has 0 private keys in PKCS #8")
                .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
        Path garbage = write("garbage.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> PemCertificates.of(certificate, garbage))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("garbage.pem");
        Path missing = directory.resolve("missing.pem");
        assertThatThrownBy(() -> PemCertificates.of(certificate, missing))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing.pem");
    }
}
