package dev.socketserver.spring.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.TcpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The application in this process, as its clients and its operators see it. */
@Timeout(60)
class EchoApplicationTest {
    private static ConfigurableApplicationContext run(String... properties) {
        List<String> args = new ArrayList<>(List.of("--socketserver.host=127.0.0.1", "--spring.main.banner-mode=off"));
        args.addAll(List.of(properties));
        return new SpringApplicationBuilder(EchoApplication.class).run(args.toArray(String[]::new));
    }

    private static int port(ConfigurableApplicationContext context) {
        return context.getBean(TcpServer.class).port();
    }

    private static Status health(HealthEndpoint endpoint) {
        return endpoint.healthForPath("socketServer", "echo").getStatus();
    }

    @Test
    void itsHealthFollowsTheDrain() throws Exception {
        ConfigurableApplicationContext context = run();
        HealthEndpoint endpoint = context.getBean(HealthEndpoint.class);
        try (Client client = Client.of(port(context))) {
            client.send("one");
            client.send("two");
            assertThat(client.answer()).isEqualTo("one two");
            assertThat(health(endpoint)).isEqualTo(Status.UP);
            client.send("three");

            var closer = new Thread(context::close, "closer");
            closer.start();
            while (health(endpoint).equals(Status.UP)) {
                Thread.onSpinWait();
            }
            assertThat(health(endpoint)).isEqualTo(Status.OUT_OF_SERVICE);
            client.send("four");
            assertThat(client.answer()).isEqualTo("three four");
            closer.join();
        }
        assertThat(health(endpoint)).isEqualTo(Status.DOWN);
    }

    /** Trusts everyone, to see what certificate the server has. */
    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static SSLSocket connect(int port) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
        socket.startHandshake();
        return socket;
    }

    private static String subject(SSLSocket socket) throws IOException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    @Test
    void aCertificateThatIsRenewedServesTheNextConnection(@TempDir Path directory) throws Exception {
        var files = new Certificates(directory);
        files.renew("first");
        String bundle = "--spring.ssl.bundle.pem.public.";
        try (var context = run(
                bundle + "keystore.certificate=" + files.certificate(),
                bundle + "keystore.private-key=" + files.key(),
                bundle + "reload-on-update=true",
                "--spring.ssl.bundle.watch.file.quiet-period=1s", // the key is replaced before the certificate
                "--socketserver.ssl.bundle=public")) {
            int port = port(context);
            try (SSLSocket open = connect(port);
                    var client = new Client(open)) {
                assertThat(subject(open)).isEqualTo("CN=first");
                files.renew("second");
                while (isFirst(port)) {
                    Thread.onSpinWait();
                }
                client.send("one");
                client.send("two");
                assertThat(client.answer()).isEqualTo("one two");
            }
        }
    }

    private static boolean isFirst(int port) throws IOException, GeneralSecurityException {
        try (SSLSocket socket = connect(port)) {
            String subject = subject(socket);
            assertThat(subject).isIn("CN=first", "CN=second");
            return subject.equals("CN=first");
        }
    }
}
