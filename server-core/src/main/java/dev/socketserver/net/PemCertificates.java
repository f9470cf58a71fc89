package dev.socketserver.net;

import dev.socketserver.internal.util.Log;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A server's certificates and private keys in PEM files, which are read again when they have changed: whoever connects
 * from then on gets the new certificate, and connections that are open keep the old one. Files that cannot be used, or
 * do not fit each other, leave what was read before, with one warning in the log until they change again.
 *
 * <p>One file has the certificate, followed by those of the authorities between it and a root ({@code fullchain.pem}),
 * the other the private key, RSA, RSASSA-PSS, EC or EdDSA, in PKCS #8 without a password ({@code BEGIN PRIVATE KEY}).
 * Both may be one file, or symbolic links. Of several certificates a client gets the one that has the name it asks for
 * (SNI), or else the first that it can use. A further file may have the authorities whose certificates the clients
 * need. Thread-safe.
 */
public final class PemCertificates {
    /** How long files may have changed before it is noticed, by the first handshake after that time. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Log LOG = Log.of(PemCertificates.class);
    private static final PSSParameterSpec PSS_WITH_SHA_256 =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC);
    private static final Pattern CERTIFICATE = block("CERTIFICATE");
    private static final Pattern PRIVATE_KEY = block("PRIVATE KEY");

    private record Pair(Path certificates, Path key) {}

    /** What tells one content of a file from another. */
    private record Version(
            FileTime modified, long size, @Nullable Object file) {
        private static final Version MISSING = new Version(FileTime.fromMillis(0), -1, null);

        static Version of(Path path) {
            try {
                BasicFileAttributes known = Files.readAttributes(path, BasicFileAttributes.class);
                return new Version(known.lastModifiedTime(), known.size(), known.fileKey());
            } catch (IOException e) {
                return MISSING; // as whoever reads it will say
            }
        }
    }

    private final List<Pair> pairs;
    private final @Nullable Path clientAuthorities;
    private final LongSupplier nanoTime;
    private final ReentrantLock looking = new ReentrantLock();
    private List<Version> versions; // guarded by looking: of the files, when they were read last
    private volatile SSLContext context; // written by who looks
    private volatile long nextLook; // on the clock; written by who looks

    private PemCertificates(List<Pair> pairs, @Nullable Path clientAuthorities, LongSupplier nanoTime)
            throws IOException {
        this.pairs = pairs;
        this.clientAuthorities = clientAuthorities;
        this.nanoTime = nanoTime;
        nextLook = nanoTime.getAsLong() + INTERVAL.toNanos();
        versions = versions();
        context = read();
    }

    /**
     * Reads a certificate.
     *
     * @param certificates the file of the certificate, and of those between it and a root
     * @param key the file of its private key
     * @throws IOException if a file cannot be read, has something else, or the two do not fit each other
     */
    public static PemCertificates of(Path certificates, Path key) throws IOException {
        return of(certificates, key, System::nanoTime);
    }

    static PemCertificates of(Path certificates, Path key, LongSupplier nanoTime) throws IOException {
        return new PemCertificates(List.of(new Pair(certificates, key)), null, nanoTime);
    }

    /**
     * Returns these certificates and one more.
     *
     * @throws IOException as {@link #of(Path, Path)}
     */
    public PemCertificates and(Path certificates, Path key) throws IOException {
        return new PemCertificates(
                Stream.concat(pairs.stream(), Stream.of(new Pair(certificates, key)))
                        .toList(),
                clientAuthorities,
                nanoTime);
    }

    /**
     * Returns these certificates for a server whose clients need one, too, of an authority in that file. Of those that
     * {@link #engine()} or {@link Tls#of(PemCertificates)} serves, none is served without.
     *
     * @param authorities a file of certificates, which is read again like the others
     * @throws IOException if the file cannot be read, or has no certificate
     */
    public PemCertificates withClientAuthorities(Path authorities) throws IOException {
        return new PemCertificates(pairs, Objects.requireNonNull(authorities, "authorities"), nanoTime);
    }

    /**
     * Returns an engine for one connection, made from {@link #context()}, which demands a certificate from its client
     * if there are {@linkplain #withClientAuthorities client authorities}. It speaks TLS 1.2 and 1.3, with cipher
     * suites that have forward secrecy.
     */
    public SSLEngine engine() {
        SSLEngine engine = ForwardSecrecy.of(context().createSSLEngine());
        engine.setNeedClientAuth(clientAuthorities != null);
        return engine;
    }

    /**
     * Returns a context with what the files have now, or had a second ago, which trusts the
     * {@linkplain #withClientAuthorities client authorities}, or else those that the JDK trusts; to be asked for again
     * at each handshake.
     */
    public SSLContext context() {
        if (nanoTime.getAsLong() - nextLook >= 0 && looking.tryLock()) {
            try {
                look();
            } finally {
                looking.unlock();
            }
        }
        return context;
    }

    private void look() {
        nextLook = nanoTime.getAsLong() + INTERVAL.toNanos();
        List<Version> now = versions(); // before they are read: what changes meanwhile is read again
        if (now.equals(versions)) {
            return;
        }
        versions = now;
        try {
            context = read();
            LOG.info("read the certificates again: {}", this);
        } catch (IOException e) {
            LOG.warn("cannot read the certificates again, and keeps those it has: {}", e);
        }
    }

    private List<Version> versions() {
        List<Version> all = new ArrayList<>();
        for (Pair pair : pairs) {
            all.add(Version.of(pair.certificates));
            all.add(Version.of(pair.key));
        }
        if (clientAuthorities != null) {
            all.add(Version.of(clientAuthorities));
        }
        return all;
    }

    private SSLContext read() throws IOException {
        try {
            var password = new char[0];
            KeyStore store = emptyStore();
            for (Pair pair : pairs) {
                add(pair, store, password);
            }
            var keys = KeyManagerFactory.getInstance("PKIX"); // which chooses by the names that clients ask for
            keys.init(store, password);
            SSLContext made = SSLContext.getInstance("TLS");
            made.init(keys.getKeyManagers(), trustManagers(), null);
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use " + this + ": " + e.getMessage(), e);
        }
    }

    /** Returns what trusts the clients' authorities; null for what the JDK trusts. */
    private TrustManager @Nullable [] trustManagers() throws IOException {
        if (clientAuthorities == null) {
            return null;
        }
        try {
            KeyStore store = emptyStore();
            for (Certificate authority : chain(clientAuthorities)) {
                store.setCertificateEntry(Integer.toString(store.size()), authority);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust.getTrustManagers();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("cannot use " + clientAuthorities + ": " + e.getMessage(), e);
        }
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static void add(Pair pair, KeyStore store, char[] password) throws IOException {
        try {
            Certificate[] chain = chain(pair.certificates);
            PublicKey own = chain[0].getPublicKey();
            PrivateKey key = key(pair.key, own.getAlgorithm());
            if (!fits(key, own)) {
                throw new IOException(pair.key + " is not the key of " + pair.certificates);
            }
            store.setKeyEntry(Integer.toString(store.size()), key, password, chain);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("cannot use " + pair.certificates + " and " + pair.key + ": " + e.getMessage(), e);
        }
    }

    private static Certificate[] chain(Path file) throws IOException, GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<Certificate> chain = new ArrayList<>();
        for (byte[] block : blocks(file, CERTIFICATE)) {
            chain.add(factory.generateCertificate(new ByteArrayInputStream(block)));
        }
        if (chain.isEmpty()) {
            throw new IOException(file + " has no certificate (BEGIN CERTIFICATE)");
        }
        return chain.toArray(Certificate[]::new);
    }

    private static PrivateKey key(Path file, String algorithm) throws IOException, GeneralSecurityException {
        List<byte[]> blocks = blocks(file, PRIVATE_KEY);
        if (blocks.size() != 1) {
            throw new IOException(file + " has " + blocks.size() + " private keys in PKCS #8 without a password (BEGIN"
                    + " PRIVATE KEY); openssl pkcs8 -topk8 -nocrypt writes one");
        }
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(blocks.get(0)));
    }

    private static boolean fits(PrivateKey key, PublicKey own) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (own.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> own.getAlgorithm();
                });
        if (own.getAlgorithm().equals("RSASSA-PSS") && own instanceof RSAKey rsa) {
            signature.setParameter(rsa.getParams() == null ? PSS_WITH_SHA_256 : rsa.getParams());
        }
        byte[] text = own.getEncoded(); // any but an empty one, with which EdDSA fails on JDK 17
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(own);
        signature.update(text);
        return signature.verify(signed);
    }

    private static Pattern block(String type) {
        return Pattern.compile("-----BEGIN " + type + "-----([^-]*)-----END " + type + "-----");
    }

    private static List<byte[]> blocks(Path file, Pattern type) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a directory");
        }
        return type.matcher(Files.readString(file, StandardCharsets.ISO_8859_1))
                .results()
                .map(block -> Base64.getMimeDecoder().decode(block.group(1)))
                .toList();
    }

    @Override
    public String toString() {
        return "PemCertificates" + pairs.stream().map(Pair::certificates).toList();
    }
}
