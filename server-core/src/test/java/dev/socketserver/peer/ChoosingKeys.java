package dev.socketserver.peer;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** The keys of a server that runs an action in each handshake that chooses one, as a key in a slow device would. */
final class ChoosingKeys extends X509ExtendedKeyManager {
    private final X509ExtendedKeyManager keys;
    private final Runnable action;

    ChoosingKeys(X509ExtendedKeyManager keys, Runnable action) {
        this.keys = keys;
        this.action = action;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        String alias = keys.chooseEngineServerAlias(keyType, issuers, engine);
        if (alias != null) {
            action.run();
        }
        return alias;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return keys.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return keys.getPrivateKey(alias);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        throw new UnsupportedOperationException("a handshake does not ask");
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        throw new UnsupportedOperationException("these are a server's");
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        throw new UnsupportedOperationException("these are a server's");
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        throw new UnsupportedOperationException("these are an engine's");
    }
}
