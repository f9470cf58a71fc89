package dev.socketserver.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.ServerConfig;
import dev.socketserver.net.Tls;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;

/** The engines that an SSL bundle makes. */
@Timeout(60)
class BundleTlsTest {
    private static final String CIPHER = "TLS_AES_128_GCM_SHA256";

    private final DefaultSslBundleRegistry bundles =
            new DefaultSslBundleRegistry("public", bundle("TLS", SslOptions.NONE));

    private static SslBundle bundle(String protocol, SslOptions options) {
        return SslBundle.of(SslStoreBundle.NONE, SslBundleKey.NONE, options, protocol);
    }

    private SSLEngine engine(ClientAuth clientAuth) {
        return BundleTls.of(bundles, "public", clientAuth).engines().get();
    }

    @Test
    void theOptionsOfTheBundleAreThoseOfTheEngine() {
        Tls tls = BundleTls.of(bundles, "public");
        assertThat(tls.engines().get().getEnabledProtocols()).contains("TLSv1.2", "TLSv1.3");

        bundles.updateBundle("public", bundle("TLS", SslOptions.of(Set.of(CIPHER), Set.of("TLSv1.3"))));

        SSLEngine engine = tls.engines().get();
        assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.3");
        assertThat(engine.getEnabledCipherSuites()).containsExactly(CIPHER);
    }

    @Test
    void aBundleThatCannotBeUsedLeavesTheOneBefore() {
        bundles.updateBundle("public", bundle("TLS", SslOptions.of(null, Set.of("TLSv1.3"))));
        Tls tls = BundleTls.of(bundles, "public");

        bundles.updateBundle("public", bundle("no such protocol", SslOptions.NONE));

        assertThat(tls.engines().get().getEnabledProtocols()).containsExactly("TLSv1.3");
    }

    @Test
    void clientsAreAskedForCertificatesAsConfigured() {
        assertThat(engine(ClientAuth.NONE).getWantClientAuth()).isFalse();
        assertThat(engine(ClientAuth.NONE).getNeedClientAuth()).isFalse();
        assertThat(engine(ClientAuth.WANT).getWantClientAuth()).isTrue();
        assertThat(engine(ClientAuth.NEED).getNeedClientAuth()).isTrue();
    }

    @Test
    void aBundleThatDoesNotExistIsAnError() {
        assertThatThrownBy(() -> BundleTls.of(bundles, "absent")).isInstanceOf(NoSuchSslBundleException.class);
    }

    @Test
    void propertiesSetTheRestOfTheTls() {
        Contexts.plain()
                .withBean(DefaultSslBundleRegistry.class, () -> bundles)
                .withPropertyValues(
                        "socketserver.ssl.bundle=public",
                        "socketserver.ssl.client-auth=need",
                        "socketserver.ssl.handshake-timeout=7s",
                        "socketserver.ssl.max-handshakes=16",
                        "socketserver.ssl.session-tickets=true",
                        "socketserver.servers.plain.port=0",
                        "socketserver.servers.other.ssl.bundle=public")
                .run(context -> {
                    ServerConfigs configs = context.getBean(ServerConfigs.class);
                    Tls tls = tls(configs.builder().build());
                    assertThat(tls.handshakeTimeout()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(tls.maxHandshakes()).isEqualTo(16);
                    assertThat(tls.sessionTickets()).isTrue();
                    assertThat(tls.engines().get().getNeedClientAuth()).isTrue();
                    assertThat(tls(configs.builder("plain").build())).isSameAs(tls);
                    assertThat(tls(configs.builder("other").build()).handshakeTimeout())
                            .isEqualTo(Tls.DEFAULT_HANDSHAKE_TIMEOUT);
                });
    }

    private static Tls tls(ServerConfig config) {
        return Objects.requireNonNull(config.tls());
    }
}
