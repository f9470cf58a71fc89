package dev.socketserver.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Certificates that sign themselves, by the JDK's keytool, one for each name, of localhost and NAME.example; made when
 * first asked for.
 */
public final class Certificates {
    /** The password of every key store. */
    public static final char[] PASSWORD = "password".toCharArray();

    private static final Map<String, KeyStore> STORES = new ConcurrentHashMap<>();

    private Certificates() {}

    /** Returns a context that has the certificate of that name and trusts those of the others. */
    public static SSLContext context(String name, String... trusted) {
        try {
            return context(keys(name), trusted);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns a context that has the certificate of that name, runs an action when a handshake chooses it, and trusts
     * those of the others.
     */
    public static SSLContext choosing(String name, Runnable action, String... trusted) {
        try {
            return context(
                    new KeyManager[] {new ChoosingKeys((X509ExtendedKeyManager) keys(name)[0], action)}, trusted);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a context for servers with the certificate of that name, whose engines are OpenSSL's, by Netty. */
    public static SslContext openSsl(String name) {
        try {
            return SslContextBuilder.forServer(keyFactory(name))
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .build();
        } catch (GeneralSecurityException | SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyManager[] keys(String name) throws GeneralSecurityException {
        return keyFactory(name).getKeyManagers();
    }

    private static KeyManagerFactory keyFactory(String name) throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store(name), PASSWORD);
        return keys;
    }

    /** Returns a context without a certificate, that trusts those of these names. */
    public static SSLContext anonymous(String... trusted) {
        try {
            return context(new KeyManager[0], trusted);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(KeyManager[] keys, String... trusted) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trusting(trusted).getTrustManagers(), null);
        return context;
    }

    /** Returns the certificate of that name as text. */
    public static String pem(String name) throws GeneralSecurityException {
        String bytes = Base64.getMimeEncoder()
                .encodeToString(store(name).getCertificate(name).getEncoded());
        return "-----BEGIN CERTIFICATE-----\n" + bytes + "\n-----END CERTIFICATE-----\n";
    }

    /** Returns the private key of the certificate of that name as text. */
    public static String keyPem(String name) throws GeneralSecurityException {
        String bytes = Base64.getMimeEncoder()
                .encodeToString(store(name).getKey(name, PASSWORD).getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + bytes + "\n-----END PRIVATE KEY-----\n";
    }

    private static TrustManagerFactory trusting(String... names) throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (String name : names) {
                store.setCertificateEntry(name, store(name).getCertificate(name));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyStore store(String name) {
        return STORES.computeIfAbsent(name, Certificates::make);
    }

    private static KeyStore make(String name) {
        try {
            Path directory = Files.createTempDirectory("certificates");
            Path file = directory.resolve(name + ".p12");
            try {
                keytool(name, file);
                return KeyStore.getInstance(file.toFile(), PASSWORD);
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void keytool(String name, Path file) throws IOException, InterruptedException {
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = List.of(
                tool,
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:localhost,dns:" + name + ".example",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                String.valueOf(PASSWORD),
                "-keystore",
                file.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + output);
        }
    }
}
