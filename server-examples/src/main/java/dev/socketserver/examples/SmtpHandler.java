package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.socketserver.Framing;
import dev.socketserver.StreamRequestHandler;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One SMTP conversation (RFC 5321), with PIPELINING, SIZE, 8BITMIME and STARTTLS. To its server each line is a message,
 * also those of a mail. Confined to its connection's turn.
 */
final class SmtpHandler extends StreamRequestHandler {
    private static final int MAX_LINE = 4_096;
    private static final int MAX_RECIPIENTS = 100;
    private static final Pattern NAME = Pattern.compile("\\p{Graph}{1,255}");
    private static final Pattern FROM = Pattern.compile("(?i)FROM: ?<([\\p{Graph}&&[^<>]]{0,256})>(?: .*)?");
    private static final Pattern TO = Pattern.compile("(?i)TO: ?<([\\p{Graph}&&[^<>]]{1,256})>(?: .*)?");
    private static final Pattern SIZE = Pattern.compile("(?i) SIZE=(\\d{1,18})");

    /** For the configuration of the server. */
    static final Framing FRAMING = Framing.lines(MAX_LINE);

    private final SmtpService service;
    private final List<String> recipients = new ArrayList<>();
    private @Nullable String client; // since EHLO
    private @Nullable String sender; // since MAIL
    private @Nullable StringBuilder text; // since DATA

    SmtpHandler(SmtpService service) {
        this.service = service;
    }

    @Override
    protected void setup() throws IOException {
        reply("220 " + service.name() + " ESMTP");
    }

    @Override
    protected void handle() throws IOException {
        ByteBuf received = in().buffer();
        int end = received.indexOf(received.readerIndex(), received.writerIndex(), (byte) '\n');
        if (end < 0 || end - received.readerIndex() > MAX_LINE) {
            reply("500 5.5.2 line too long"); // or the peer has gone, and does not hear it
        } else if (end == received.readerIndex() || received.getByte(end - 1) != '\r') {
            reply("521 5.5.2 bare LF"); // some take it for the end of a line: a mail could hide inside another
        } else if (goesOnAfter(String.valueOf(in().readLine(ISO_8859_1, MAX_LINE)))) {
            keepOpen();
        }
    }

    private void reply(String line) throws IOException {
        out().write(line + "\r\n", ISO_8859_1);
    }

    private boolean goesOnAfter(String line) throws IOException {
        if (text != null) {
            collect(line, text);
            return true;
        }
        int space = line.indexOf(' ');
        String argument = space < 0 ? "" : line.substring(space + 1).strip();
        switch ((space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT)) {
            case "EHLO" -> greet(argument, true);
            case "HELO" -> greet(argument, false);
            case "STARTTLS" -> startTls();
            case "MAIL" -> mail(argument);
            case "RCPT" -> recipient(argument);
            case "DATA" -> data();
            case "RSET" -> reset("250 2.0.0 OK");
            case "NOOP" -> reply("250 2.0.0 OK");
            case "VRFY" -> reply("252 2.5.0 send it, and see");
            case "QUIT" -> {
                reply("221 2.0.0 bye");
                return false;
            }
            default -> reply("500 5.5.2 unknown command");
        }
        return true;
    }

    private void greet(String name, boolean extended) throws IOException {
        if (!NAME.matcher(name).matches()) {
            reply("501 5.5.4 who are you?");
            return;
        }
        client = name;
        String extensions = service.tls() == null || isEncrypted() ? "" : "250-STARTTLS\r\n";
        reset(
                extended
                        ? "250-" + service.name() + "\r\n" + extensions + "250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE "
                                + service.maxSize()
                        : "250 " + service.name());
    }

    private boolean isEncrypted() {
        return connection().tlsSession().isPresent();
    }

    /** What was said in clear text is forgotten: anybody may have said it (RFC 3207). */
    private void startTls() throws IOException {
        if (service.tls() == null || isEncrypted()) {
            reply("503 5.5.1 no TLS to start");
            return;
        }
        client = null;
        reset("220 2.0.0 go ahead");
        connection().startTls(service.tls());
    }

    private void mail(String argument) throws IOException {
        Matcher from = FROM.matcher(argument);
        Matcher size = SIZE.matcher(argument);
        if (client == null || sender != null) {
            reply("503 5.5.1 " + (client == null ? "EHLO comes first" : "one mail at a time"));
        } else if (!from.matches()) {
            reply("501 5.5.4 MAIL FROM:<address>");
        } else if (size.find() && Long.parseLong(size.group(1)) > service.maxSize()) {
            reply("552 5.3.4 too large");
        } else {
            sender = from.group(1);
            reply("250 2.1.0 OK");
        }
    }

    private void recipient(String argument) throws IOException {
        Matcher to = TO.matcher(argument);
        if (sender == null) {
            reply("503 5.5.1 MAIL comes first");
        } else if (!to.matches()) {
            reply("501 5.5.4 RCPT TO:<address>");
        } else if (recipients.size() == MAX_RECIPIENTS) {
            reply("452 4.5.3 too many recipients");
        } else {
            recipients.add(to.group(1));
            reply("250 2.1.5 OK");
        }
    }

    private void data() throws IOException {
        if (recipients.isEmpty()) {
            reply("503 5.5.1 RCPT comes first");
        } else {
            text = new StringBuilder();
            reply("354 end with a dot on a line of its own");
        }
    }

    /**
     * Takes a line of a mail; its sender has doubled a dot in front. Of a mail that is too large the rest is dropped.
     */
    private void collect(String line, StringBuilder lines) throws IOException {
        if (!line.equals(".")) {
            if (lines.length() <= service.maxSize()) {
                lines.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
            }
        } else if (lines.length() > service.maxSize()) {
            reset("552 5.3.4 too large");
        } else {
            store(lines.toString());
            reset("250 2.6.0 stored");
        }
    }

    private void store(String mail) throws IOException {
        try {
            service.mailbox()
                    .store(new SmtpService.Mail(
                            String.valueOf(client),
                            isEncrypted(),
                            String.valueOf(sender),
                            List.copyOf(recipients),
                            mail));
        } catch (IOException e) {
            reply("451 4.3.0 it cannot be stored now");
            throw e; // the server logs it and ends the connection
        }
    }

    private void reset(String reply) throws IOException {
        sender = null;
        recipients.clear();
        text = null;
        reply(reply);
    }

    @Override
    protected void goodbye() throws IOException {
        reply("421 4.3.2 " + service.name() + " is closing");
    }
}
