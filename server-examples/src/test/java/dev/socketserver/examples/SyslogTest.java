package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.testing.InMemoryConnection;
import dev.socketserver.testing.InMemoryDatagrams;
import dev.socketserver.testing.Splits;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server of syslog, in memory and with logger of util-linux. */
@Timeout(60)
class SyslogTest {
    private final List<String> log = new ArrayList<>();

    private InMemoryConnection connection() {
        ServerConfig config =
                ServerConfig.builder().framing(SyslogHandler.FRAMING).build();
        return InMemoryConnection.to(
                new TcpServer(config, () -> new SyslogHandler(message -> log.add(message.toString()))));
    }

    private static int port(ChildJvm server, String transport) throws IOException {
        String line = server.out().readLine();
        assertThat(line).startsWith("listening on " + transport + " 127.0.0.1:");
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    @Test
    void loggerSendsByUdpAndTcpInBothFormatsAndBothFramings() throws Exception {
        String logger = RealServer.program("logger", "bsdutils");
        try (ChildJvm server = ChildJvm.start("syslog", "--host", "127.0.0.1", "--port", "0")) {
            int udp = port(server, "udp");
            int tcp = port(server, "tcp");
            int sent = 0;
            for (String transport : List.of("--udp", "--tcp", "--tcp --octet-count")) {
                for (String format : List.of("--rfc3164", "--rfc5424", "--rfc5424=notime,notq,nohost")) {
                    sent++;
                    var command = new ArrayList<>(List.of(logger, "--server", "127.0.0.1", "--port"));
                    command.add(Integer.toString(transport.equals("--udp") ? udp : tcp));
                    command.addAll(List.of(transport.split(" ", -1)));
                    command.addAll(
                            List.of(format, "--id=7", "-p", "local3.warning", "-t", "prog", "grüß dich " + sent));
                    Process process = new ProcessBuilder(command).inheritIO().start();
                    assertThat(server.out().readLine())
                            .as("%s", command)
                            .endsWith(" local3.warning prog: grüß dich " + sent);
                    assertThat(process.waitFor()).isZero();
                }
            }
            server.signal("TERM");
            assertThat(server.out().readLine()).isEqualTo(sent + " received, 0 dropped by the system");
            assertThat(server.awaitExit()).isZero();
            assertThat(server.err().lines().collect(Collectors.joining("\n"))).isEmpty();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatTheSystemHasDroppedIsToldAtTheEnd() throws Exception {
        try (ChildJvm server = ChildJvm.start("syslog", "--host", "127.0.0.1", "--port", "0");
                var sender = new DatagramSocket()) {
            sender.connect(InetAddress.getLoopbackAddress(), port(server, "udp"));
            port(server, "tcp");
            server.signal("STOP");
            int sent = 5_000;
            for (int i = 0; i < sent; i++) {
                sender.send(new DatagramPacket(new byte[1_000], 1_000));
            }
            server.signal("CONT");
            server.signal("TERM");
            List<String> lines = server.out().lines().toList();
            assertThat(server.awaitExit()).isZero();
            int received = lines.size() - 1;
            assertThat(received).isBetween(1, sent - 1);
            assertThat(lines.get(received))
                    .isEqualTo(received + " received, " + (sent - received) + " dropped by the system");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed on /dev/pts/8"
                        + "|mymachine.example.com auth.crit su: 'su root' failed on /dev/pts/8",
                "<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [a@1 q=\"\\\"]\\\\\"][b@2] \uFEFFtext [x]"
                        + "|h local4.notice evntslog: text [x]",
                "<165>1 - - - - - [a@1 q=\"v\"]|- local4.notice -: ",
                "<34>Oct 11 22:14:15 mymachine su: 'su root' failed|mymachine auth.crit su: 'su root' failed",
                "<13>Oct  1 22:14:15 h prog[12]: hi|h user.notice prog: hi",
                "<13>greeting|- user.notice -: greeting",
                "Use the BFG!|- user.notice -: Use the BFG!",
                "<192>x|- user.notice -: <192>x",
                "<999>1 x|- user.notice -: <999>1 x"
            },
            quoteCharacter = '\u0000')
    void messagesAreUnderstood(String message, String line) {
        try (var datagrams =
                InMemoryDatagrams.to(SyslogHandler.forDatagrams(received -> log.add(received.toString())))) {
            datagrams.send(message);
            assertThat(datagrams.received()).as("nothing is answered").isEmpty();
        }
        assertThat(log).singleElement().isEqualTo(line.equals("- local4.notice -:") ? line + " " : line);
    }

    @Test
    void aMessageCannotForgeALineOrMoveACursor() {
        assertThat(SyslogMessage.parse("<13>a\r\n\u001b[2Jb")).hasToString("- user.notice -: a   [2Jb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[a x=\"", "[a x=\"\\", "[]", "a ", "]", "<1>1 "})
    void aLongMessageThatMisusesTheFormatCostsNoStack(String piece) {
        String message = "<13>1 t h p - - [a" + piece.repeat(60_000 / piece.length());
        assertThat(SyslogMessage.parse(message).host()).isIn("h", "-");
    }

    @Test
    void bothFramingsAreReadHoweverTheyComeAndMayFollowEachOther() {
        Splits.sameOutput(this::connection, "12 <13>greeting<13>a\n\r\n4 b\nc\n<14>d");
        List<String> once =
                List.of("- user.notice -: greeting", "- user.notice -: a", "- user.notice -: b c", "- user.info -: d");
        int times = log.size() / once.size();
        assertThat(times).isGreaterThan(20);
        assertThat(log)
                .isEqualTo(Collections.nCopies(times, once).stream()
                        .flatMap(List::stream)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"12345 x", "99999999999", "1x2 abc", "8193 x"})
    void whatIsNoSyslogIsClosedWithoutAWord(String garbage) {
        try (var connection = connection()) {
            connection.send(garbage).serve();
            assertThat(connection.isOpen()).isFalse();
            assertThat(connection.received()).isEmpty();
        }
        assertThat(log).isEmpty();
    }

    @Test
    void aPortInUseIsToldInOneLine() throws Exception {
        try (var taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            CommandRun run =
                    CommandRun.of("syslog", "--host", "127.0.0.1", "--port", Integer.toString(taken.getLocalPort()));
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err().lines()).singleElement().asString().startsWith("syslog: cannot listen on ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--port 65536, port",
        "--host=, --host is empty",
        "--idle-timeout -1, idle-timeout must not be negative: PT-1S"
    })
    void aBadOptionIsToldInOneLine(String options, String complaint) {
        CommandRun run = CommandRun.of(("syslog " + options).split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("syslog: ")
                .contains(complaint);
    }
}
