package dev.socketserver.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TlsTest {
    @Test
    void anEngineIsMadeOfTheContextEachTime() throws Exception {
        Tls tls = Tls.of(SSLContext.getDefault());
        assertThat(tls.engines().get()).isNotNull().isNotSameAs(tls.engines().get());
        assertThat(tls.handshakeTimeout()).isEqualTo(Tls.DEFAULT_HANDSHAKE_TIMEOUT);
    }

    @Test
    void onlyTls12And13WithForwardSecrecyIsSpoken() throws Exception {
        SSLContext context = SSLContext.getDefault();
        SSLEngine engine = Tls.of(context).engines().get();
        assertThat(engine.getEnabledProtocols()).containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
        assertThat(engine.getEnabledCipherSuites())
                .contains("TLS_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
                .allMatch(suite -> suite.matches("TLS_(AES|CHACHA20|ECDHE|DHE)_.*"));
        SSLEngine own = context.createSSLEngine();
        assertThat(Tls.of(() -> own).engines().get().getEnabledCipherSuites())
                .as("engines of a supplier are the user's")
                .isEqualTo(context.createSSLEngine().getEnabledCipherSuites());
    }

    @Test
    void anotherTimeoutLeavesTheSupplier() throws Exception {
        Tls tls = Tls.of(SSLContext.getDefault());
        Tls hasty = tls.withHandshakeTimeout(Duration.ofSeconds(1));
        assertThat(hasty).isEqualTo(new Tls(tls.engines(), Duration.ofSeconds(1), false, tls.maxHandshakes()));
    }

    @Test
    void aTimeoutHasToBePositiveAndSomethingThatAClockCanShow() throws Exception {
        Tls tls = Tls.of(SSLContext.getDefault());
        assertThatThrownBy(() -> tls.withHandshakeTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("handshakeTimeout must be positive: PT0S");
        Duration tooLong = Duration.ofNanos(Long.MAX_VALUE).plusNanos(1);
        assertThatThrownBy(() -> tls.withHandshakeTimeout(tooLong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("handshakeTimeout must be at most 292 years: " + tooLong);
    }

    @Test
    void atLeastOneHandshakeIsComputedAtATime() throws Exception {
        Tls tls = Tls.of(SSLContext.getDefault());
        assertThat(tls.maxHandshakes()).isEqualTo(Runtime.getRuntime().availableProcessors());
        Tls many = tls.withMaxHandshakes(100);
        assertThat(many.withHandshakeTimeout(Duration.ofSeconds(1))
                        .withSessionTickets(true)
                        .maxHandshakes())
                .isEqualTo(100);
        assertThatThrownBy(() -> tls.withMaxHandshakes(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxHandshakes")
                .hasMessageContaining("0");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose: what a caller without null checks may do
    void whatIsMissingIsNamed() throws Exception {
        Tls tls = Tls.of(SSLContext.getDefault());
        assertThatThrownBy(() -> Tls.of((SSLContext) null)).hasMessage("context");
        assertThatThrownBy(() -> Tls.of((Supplier<SSLEngine>) null)).hasMessage("engines");
        assertThatThrownBy(() -> tls.withHandshakeTimeout(null)).hasMessage("handshakeTimeout");
    }
}
