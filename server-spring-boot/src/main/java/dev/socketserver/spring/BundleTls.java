package dev.socketserver.spring;

import dev.socketserver.net.Tls;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * The TLS of a server whose certificate is that of one of Spring's SSL bundles, as it is at each handshake: one that is
 * updated applies to all later connections. The bundle's protocols and ciphers apply, too.
 */
public final class BundleTls {
    private static final Logger LOG = LoggerFactory.getLogger(BundleTls.class);

    private BundleTls() {}

    /**
     * Returns the settings of a server, which does not ask its clients for certificates.
     *
     * @param name the name of the bundle
     * @throws org.springframework.boot.ssl.NoSuchSslBundleException if there is no such bundle
     */
    public static Tls of(SslBundles bundles, String name) {
        return of(bundles, name, ClientAuth.NONE);
    }

    /**
     * Returns the settings of a server.
     *
     * @param name the name of the bundle
     * @param clientAuth whether clients are asked for a certificate, which has to be one that the bundle trusts
     * @throws org.springframework.boot.ssl.NoSuchSslBundleException if there is no such bundle
     */
    public static Tls of(SslBundles bundles, String name, ClientAuth clientAuth) {
        var engines = new Engines(bundles.getBundle(name), Objects.requireNonNull(clientAuth, "clientAuth"));
        bundles.addBundleUpdateHandler(name, bundle -> engines.update(name, bundle));
        return Tls.of(engines);
    }

    /** Makes engines from the bundle as it was updated last. Thread-safe. */
    private static final class Engines implements Supplier<SSLEngine> {
        /** A bundle, with what makes engines of it. */
        private record Current(SslBundle bundle, Supplier<SSLEngine> engines) {
            static Current of(SslBundle bundle) {
                return new Current(bundle, Tls.of(bundle.createSslContext()).engines());
            }
        }

        private final ClientAuth clientAuth;
        private volatile Current current; // written by whoever updates the bundle, one at a time

        Engines(SslBundle bundle, ClientAuth clientAuth) {
            this.clientAuth = clientAuth;
            current = Current.of(bundle);
        }

        void update(String name, SslBundle bundle) {
            try {
                current = Current.of(bundle);
                LOG.info("SSL bundle {} was updated: new connections use it", name);
            } catch (RuntimeException e) {
                LOG.error("SSL bundle " + name + " was updated but cannot be used: the one before is kept", e);
            }
        }

        @Override
        public SSLEngine get() {
            Current now = current;
            SSLEngine engine = now.engines.get();
            SSLParameters parameters = engine.getSSLParameters();
            String[] protocols = now.bundle.getOptions().getEnabledProtocols();
            if (protocols != null) {
                parameters.setProtocols(protocols);
            }
            String[] ciphers = now.bundle.getOptions().getCiphers();
            if (ciphers != null) {
                parameters.setCipherSuites(ciphers);
            }
            if (clientAuth == ClientAuth.WANT) {
                parameters.setWantClientAuth(true);
            } else if (clientAuth == ClientAuth.NEED) {
                parameters.setNeedClientAuth(true);
            }
            engine.setSSLParameters(parameters);
            return engine;
        }
    }
}
