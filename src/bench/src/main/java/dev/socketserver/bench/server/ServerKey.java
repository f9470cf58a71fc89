package dev.socketserver.bench.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The key of every server that speaks TLS, on the curve P-256, with a certificate that nobody has signed. It is made
 * for a run and worth nothing after it. Immutable.
 *
 * @param keyStore what servers in a JVM read
 * @param pem the same for the others
 */
record ServerKey(Path keyStore, Path pem) {
    private static final String ALIAS = "server";
    private static final String PASSWORD = "password";

    /** What {@code keytool} is asked for. */
    private static final String GENERATE = "-genkeypair -alias " + ALIAS + " -keyalg EC -groupname secp256r1"
            + " -dname CN=localhost -storetype PKCS12 -storepass " + PASSWORD + " -keystore";

    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /**
     * Makes a key with the JDK's {@code keytool}, in that folder.
     *
     * @throws IOException if that does not work
     */
    static ServerKey make(Path folder) throws IOException, InterruptedException {
        var key = new ServerKey(folder.resolve("key.p12"), folder.resolve("key.pem"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(GENERATE.split(" ", -1)));
        command.add(key.keyStore.toString());
        if (!Tools.succeeds(command.toArray(String[]::new))) {
            throw new IOException("this command made no key: " + String.join(" ", command));
        }
        key.writePem();
        return key;
    }

    private void writePem() throws IOException {
        try {
            KeyStore store = load(keyStore);
            byte[] secret = store.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
            byte[] certificate = store.getCertificate(ALIAS).getEncoded();
            Files.writeString(pem, block("CERTIFICATE", certificate) + block("PRIVATE KEY", secret));
        } catch (GeneralSecurityException e) {
            throw new IOException("the key cannot be read", e);
        }
    }

    private static String block(String label, byte[] content) {
        String text = new String(BASE64.encode(content), StandardCharsets.US_ASCII);
        return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
    }

    private static KeyStore load(Path keyStore) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray());
    }

    /** What a server with the key of that store begins its connections with: the JDK's TLS with its own defaults. */
    static SSLContext context(Path keyStore) throws IOException, GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(load(keyStore), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
