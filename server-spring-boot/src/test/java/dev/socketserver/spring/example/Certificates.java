package dev.socketserver.spring.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/** A certificate that signs itself, made by the JDK's keytool, as PEM files. */
record Certificates(Path directory) {
    private static final char[] PASSWORD = "password".toCharArray();

    Path certificate() {
        return directory.resolve("certificate.pem");
    }

    Path key() {
        return directory.resolve("key.pem");
    }

    /** Replaces the files by those of a new certificate of that name. */
    void renew(String name) throws IOException, GeneralSecurityException, InterruptedException {
        Path file = Files.createTempFile(directory, name, ".p12");
        Files.delete(file);
        keytool(name, file);
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
        replace(key(), "PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded());
        replace(certificate(), "CERTIFICATE", store.getCertificate(name).getEncoded());
    }

    private void replace(Path file, String kind, byte[] content) throws IOException {
        String text = "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                + kind + "-----\n";
        Path written = Files.writeString(directory.resolve(file.getFileName() + ".new"), text);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void keytool(String name, Path file) throws IOException, InterruptedException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
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
