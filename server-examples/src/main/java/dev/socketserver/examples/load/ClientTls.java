package dev.socketserver.examples.load;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** The TLS configuration of connections. Each performs a full handshake; sessions are not resumed. Thread-safe. */
public final class ClientTls {
    private final SSLContext context;
    private final String host;
    private final boolean verified;

    private ClientTls(SSLContext context, String host, boolean verified) {
        this.context = context;
        this.host = host;
        this.verified = verified;
    }

    /** Trusts the certificates that this JVM trusts, if they are valid for {@code host}. */
    public static ClientTls verified(String host) throws GeneralSecurityException {
        return new ClientTls(SSLContext.getDefault(), host, true);
    }

    /** Trusts every certificate: for test servers only. */
    public static ClientTls insecure(String host) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustEverybody()}, null);
        return new ClientTls(context, host, false);
    }

    SSLEngine newEngine() {
        SSLEngine engine = context.createSSLEngine(host, -1);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        if (host.chars().anyMatch(Character::isLetter) && !host.contains(":")) {
            parameters.setServerNames(List.of(new SNIHostName(host)));
        }
        if (verified) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public String toString() {
        return verified ? "TLS" : "TLS, certificates unchecked";
    }

    private static final class TrustEverybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
