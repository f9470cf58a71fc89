package dev.socketserver.examples;

import dev.socketserver.net.Tls;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the conversations with one SMTP server share. Thread-safe if the mailbox is.
 *
 * @param name what the server calls itself
 * @param maxSize of a mail, in bytes
 * @param tls for STARTTLS; null for none
 */
record SmtpService(String name, int maxSize, @Nullable Tls tls, Mailbox mailbox) {
    /** Takes mails, from any thread. */
    interface Mailbox {
        /** Stores a mail; its sender tries again later if this throws. */
        void store(Mail mail) throws IOException;
    }

    /**
     * A mail with its envelope.
     *
     * @param client what the peer calls itself
     * @param encrypted whether it came by TLS
     * @param text its lines, each with CR LF; a character is a byte, as in ISO 8859-1
     */
    record Mail(String client, boolean encrypted, String sender, List<String> recipients, String text) {}
}
