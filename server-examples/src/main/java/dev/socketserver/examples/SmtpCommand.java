package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Serving;
import dev.socketserver.net.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code smtp}: a server that takes mails, for everybody, and passes none on. */
@Command(
        name = "smtp",
        description = "Runs a mail server that stores what it gets. On SIGTERM or Ctrl-C, takes leave and exits.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class SmtpCommand implements Serving {
    private static final String DEFAULT_PORT = "7025";
    private static final String DEFAULT_MAX_SIZE = "1000000";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--host", paramLabel = "H", description = "The address to listen on; default: loopback.")
    private @Nullable String host;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = DEFAULT_PORT,
            description = "The port, 0 for a free one; default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--directory",
            paramLabel = "D",
            description = "Where to store each mail as a file; default: nowhere, a line is printed about each.")
    private @Nullable Path directory;

    @Option(
            names = "--max-size",
            paramLabel = "N",
            defaultValue = DEFAULT_MAX_SIZE,
            description = "The most bytes of a mail; default: ${DEFAULT-VALUE}.")
    private int maxSize;

    @Option(
            names = "--certificate",
            paramLabel = "F",
            description = "The PEM file of the certificate for STARTTLS, and of its chain; default: no STARTTLS.")
    private @Nullable Path certificate;

    @Option(
            names = "--key",
            paramLabel = "F",
            description = "The PEM file of the certificate's key; default: that of the certificate.")
    private @Nullable Path key;

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a peer may say nothing, in seconds; default: 300.")
    private Duration idleTimeout = Duration.ofMinutes(5);

    @Override
    public Integer call() throws IOException {
        ServerConfig config = config();
        Tls tls = Commands.tls(spec, certificate, key, "--key needs --certificate");
        var service = new SmtpService("localhost", maxSize, tls, this::store);
        try (var server = new TcpServer(config, () -> new SmtpHandler(service))) {
            return ListenOptions.serve(spec, server);
        }
    }

    private ServerConfig config() {
        Commands.require(spec, host == null || !host.isBlank(), "--host is empty; leave it out for loopback");
        Commands.require(spec, maxSize > 0, "--max-size must be positive: " + maxSize);
        Commands.require(
                spec,
                directory == null || Files.isDirectory(directory),
                "--directory must be a directory: " + directory);
        try {
            return ServerConfig.builder()
                    .name("smtp")
                    .address(
                            host == null
                                    ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                                    : new InetSocketAddress(host, port))
                    .framing(SmtpHandler.FRAMING)
                    .idleTimeout(idleTimeout)
                    .build();
        } catch (IllegalArgumentException e) {
            throw Commands.badOption(spec, e);
        }
    }

    /** Stores a mail, so that whoever looks into the directory sees the whole of it or nothing. Thread-safe. */
    private void store(SmtpService.Mail mail) throws IOException {
        String how = mail.encrypted() ? "ESMTPS" : "ESMTP";
        if (directory != null) {
            String header =
                    "Return-Path: <" + mail.sender() + ">\r\nReceived: from " + mail.client() + " with " + how + "\r\n";
            Path part = Files.createTempFile(directory, "mail", ".part");
            try {
                Files.writeString(part, header + mail.text(), ISO_8859_1);
                Files.move(part, directory.resolve(part.getFileName().toString().replace(".part", ".eml")));
            } finally {
                Files.deleteIfExists(part);
            }
        }
        Commands.print(
                spec,
                "from " + mail.sender() + " to " + String.join(",", mail.recipients()) + " by " + how + ": "
                        + mail.text().length() + " bytes");
    }
}
