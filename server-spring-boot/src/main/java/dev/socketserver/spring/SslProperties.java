package dev.socketserver.spring;

import dev.socketserver.net.Tls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;

/**
 * The properties of a server's TLS. Immutable.
 *
 * @param bundle the name of the SSL bundle with the server's certificate
 * @param clientAuth whether clients are asked for a certificate
 * @param handshakeTimeout the time limit of a handshake
 * @param sessionTickets whether clients get session tickets
 * @param maxHandshakes how many handshakes are computed at a time
 */
record SslProperties(
        @Nullable String bundle,
        @Nullable ClientAuth clientAuth,
        @Nullable Duration handshakeTimeout,
        @Nullable Boolean sessionTickets,
        @Nullable Integer maxHandshakes) {
    Tls tls(String prefix, SslBundles bundles) {
        if (bundle == null) {
            throw new InvalidConfigurationPropertyValueException(prefix + ".bundle", null, "bundle must be set");
        }
        Tls tls;
        try {
            tls = BundleTls.of(bundles, bundle, clientAuth == null ? ClientAuth.NONE : clientAuth);
        } catch (NoSuchSslBundleException e) {
            throw new InvalidConfigurationPropertyValueException(
                    prefix + ".bundle", bundle, String.valueOf(e.getMessage()));
        }
        return Checked.of(prefix, this, () -> configured(tls));
    }

    private Tls configured(Tls tls) {
        Tls timed = handshakeTimeout == null ? tls : tls.withHandshakeTimeout(handshakeTimeout);
        Tls resumed = sessionTickets == null ? timed : timed.withSessionTickets(sessionTickets);
        return maxHandshakes == null ? resumed : resumed.withMaxHandshakes(maxHandshakes);
    }
}
