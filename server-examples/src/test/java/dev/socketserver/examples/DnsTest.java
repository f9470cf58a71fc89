package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.testing.InMemoryConnection;
import dev.socketserver.testing.InMemoryDatagrams;
import dev.socketserver.testing.Splits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The name server, in memory, and with dig and dnsperf. */
@Timeout(60)
class DnsTest {
    private static final int SEED = 53;
    private static final int ROUNDS = 20_000;
    private static final int TYPE_ANY = 255;
    private static final String LONG_TEXT = "x".repeat(900);
    private static final String[] RECORDS = {
        "www A 192.0.2.1",
        "www A 192.0.2.2",
        "www AAAA 2001:db8::1",
        "@ TXT v=spf1 -all",
        "@ NS ns2.example.net.",
        "deep.below A 192.0.2.3",
        "long TXT " + LONG_TEXT,
        "longer TXT " + "y".repeat(5_000)
    };

    @TempDir
    Path folder;

    private static DnsService service() {
        var zone = new DnsZone("example.test", 60);
        for (String record : RECORDS) {
            zone.add(record);
        }
        return new DnsService(zone);
    }

    /** Returns a query with a question, its bytes behind the header, and as many records as it is to say it has. */
    private static ByteBuf query(String name, int type, int records) {
        ByteBuf message =
                Unpooled.buffer().writeShort(7).writeShort(0x0100).writeShort(1).writeInt(0);
        message.writeShort(records);
        for (String label : name.isEmpty() ? new String[0] : name.split("\\.", -1)) {
            message.writeByte(label.length()).writeCharSequence(label, ISO_8859_1);
        }
        return message.writeByte(0).writeShort(type).writeShort(1);
    }

    private static ByteBuf withEdns(ByteBuf query, int size, int version) {
        return query.setShort(10, 1)
                .writeByte(0)
                .writeShort(DnsQuery.OPT)
                .writeShort(size)
                .writeByte(0)
                .writeByte(version)
                .writeInt(0);
    }

    private static ByteBuf answer(ByteBuf query) {
        return Unpooled.wrappedBuffer(answers(query).get(0));
    }

    private static List<byte[]> answers(ByteBuf query) {
        try (var datagrams = InMemoryDatagrams.to(service().datagrams())) {
            return datagrams.send(ByteBufUtil.getBytes(query)).receivedBytes();
        }
    }

    /** Returns what the header says: the code, the flags AA and TC, how many answers and authorities. */
    private static String summary(ByteBuf answer) {
        int flags = answer.getUnsignedShort(2);
        assertThat(flags & 0x8000).as("an answer").isNotZero();
        return (flags & 0xF)
                + ((flags & 0x0400) == 0 ? "" : " aa")
                + ((flags & 0x0200) == 0 ? "" : " tc")
                + (" " + answer.getUnsignedShort(6) + " " + answer.getUnsignedShort(8));
    }

    @ParameterizedTest
    @CsvSource({
        "www.example.test, 1, 0 aa 2 0",
        "WWW.eXample.TEST, 1, 0 aa 2 0",
        "www.example.test, 28, 0 aa 1 0",
        "www.example.test, 16, 0 aa 0 1", // the name is here, but has no such record
        "example.test, 2, 0 aa 2 0",
        "example.test, 6, 0 aa 1 0",
        "example.test, 16, 0 aa 1 0",
        "below.example.test, 1, 0 aa 0 1", // since another name is below it
        "nobody.example.test, 1, 3 aa 0 1",
        "example.net, 1, 5 0 0",
        "notexample.test, 1, 5 0 0",
        "'', 2, 5 0 0",
        "www.example.test, 255, 5 0 0",
        "example.test, 252, 5 0 0",
        "long.example.test, 16, 0 aa tc 0 0"
    })
    void aQuestionIsAnswered(String name, int type, String summary) {
        ByteBuf query = query(name, type, 0);
        ByteBuf answer = answer(query);
        assertThat(summary(answer)).isEqualTo(summary);
        assertThat(answer.getUnsignedShort(0)).as("its number").isEqualTo(7);
        assertThat(ByteBufUtil.getBytes(answer, 12, query.readableBytes() - 12))
                .as("the question, as it was written")
                .isEqualTo(ByteBufUtil.getBytes(query, 12, query.readableBytes() - 12));
    }

    /** The negative answer names the zone by a pointer into the question. */
    @Test
    void whatIsInAnAnswerCanBeRead() throws Exception {
        ByteBuf answer = answer(query("nobody.example.test", DnsZone.A, 0)).skipBytes(12);
        assertThat(DnsName.read(answer)).isEqualTo("nobody.example.test");
        answer.skipBytes(4);
        assertThat(DnsName.read(answer)).isEqualTo("example.test");
        assertThat(answer.readUnsignedShort()).isEqualTo(DnsZone.SOA);
        answer.skipBytes(8);
        assertThat(DnsName.read(answer)).isEqualTo("ns.example.test");
        assertThat(DnsName.read(answer)).isEqualTo("hostmaster.example.test");
    }

    /** A name with a dot inside a label only looks as if it were in the zone. */
    @Test
    void aDotInsideALabelSeparatesNothing() {
        ByteBuf query = query("x", DnsZone.A, 0);
        query.setByte(12, 14).writerIndex(13);
        query.writeCharSequence("a.example.test", ISO_8859_1);
        query.writeByte(0).writeShort(DnsZone.A).writeShort(1);
        assertThat(summary(answer(query))).isEqualTo("5 0 0");
    }

    @Test
    void anAnswerIsAsLongAsThePeerTakesAndNoLonger() {
        assertThat(summary(answer(withEdns(query("long.example.test", DnsZone.TXT, 0), 1232, 0))))
                .isEqualTo("0 aa 1 0");
        assertThat(summary(answer(withEdns(query("long.example.test", DnsZone.TXT, 0), 600, 0))))
                .isEqualTo("0 aa tc 0 0");
        ByteBuf cut = answer(withEdns(query("longer.example.test", DnsZone.TXT, 0), 65_535, 0));
        assertThat(summary(cut)).as("longer than networks carry in one piece").isEqualTo("0 aa tc 0 0");
        assertThat(cut.getUnsignedShort(10)).as("EDNS is answered by EDNS").isEqualTo(1);
    }

    @Test
    void anotherVersionOfEdnsIsRefused() {
        ByteBuf answer = answer(withEdns(query("www.example.test", DnsZone.A, 0), 1232, 1));
        assertThat(summary(answer)).isEqualTo("0 0 0");
        int opt = answer.readableBytes() - 11;
        assertThat(answer.getUnsignedByte(opt + 5))
                .as("the upper bits of BADVERS")
                .isEqualTo((short) 1);
    }

    @Test
    void aNameMayGoOnWhereOneWasBefore() throws Exception {
        ByteBuf message = Unpooled.wrappedBuffer("\4test\0\3Www\u00C0\0\1x\u00C0\6!".getBytes(ISO_8859_1));
        assertThat(DnsName.read(message)).isEqualTo("test");
        assertThat(DnsName.read(message)).isEqualTo("www.test");
        assertThat(DnsName.read(message)).isEqualTo("x.www.test");
        assertThat(message.toString(UTF_8)).isEqualTo("!");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\1", "\3ab", "\u00C0", "\u00C0\0", "\1a\u00C0\0", "\u00C0\2\0", "\u0080a\0", "@a\0"})
    void whatIsNoNameIsRefused(String bytes) {
        ByteBuf message = Unpooled.wrappedBuffer(bytes.getBytes(ISO_8859_1));
        assertThatThrownBy(() -> DnsName.read(message)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void aNameHasAsManyPointersAsItMayHaveLabels() throws Exception {
        for (int pointers : new int[] {127, 128}) {
            ByteBuf message = Unpooled.buffer().writeByte(0).writeByte(0);
            for (int i = 0; i < pointers; i++) {
                message.writeShort(0xC000 | (2 * i)); // to the one before, and the first to the root
            }
            message.readerIndex(message.writerIndex() - 2);
            if (pointers == 127) {
                assertThat(DnsName.read(message)).isEmpty();
            } else {
                assertThatThrownBy(() -> DnsName.read(message)).isInstanceOf(ProtocolException.class);
            }
        }
    }

    @Test
    void aNameHasAtMost255Bytes() throws Exception {
        String label = "\77" + "a".repeat(63);
        ByteBuf longest =
                Unpooled.wrappedBuffer((label.repeat(3) + "\75" + "a".repeat(61) + "\0").getBytes(ISO_8859_1));
        assertThat(DnsName.read(longest)).hasSize(253);
        ByteBuf longer = Unpooled.wrappedBuffer((label.repeat(3) + "\76" + "a".repeat(62) + "\0").getBytes(ISO_8859_1));
        assertThatThrownBy(() -> DnsName.read(longer)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void whatIsNoQuestionIsAnErrorOrNotAnswered() {
        ByteBuf query = query("www.example.test", DnsZone.A, 0);
        assertThat(answers(query.copy().setShort(2, 0x8180))).as("an answer").isEmpty();
        assertThat(answers(query.copy(0, 11))).as("less than a header").isEmpty();
        assertThat(summary(answer(query.copy().setShort(2, 0x2800))))
                .as("an update")
                .isEqualTo("4 0 0");
        assertThat(summary(answer(query.copy().setShort(4, 2))))
                .as("two questions")
                .isEqualTo("1 0 0");
        assertThat(summary(answer(query.copy().setShort(10, 9))))
                .as("no such records")
                .isEqualTo("1 0 0");
        assertThat(summary(answer(query.copy(0, 20)))).as("cut off").isEqualTo("1 0 0");
        assertThat(summary(answer(query.copy().setShort(query.writerIndex() - 2, 3))))
                .as("another class")
                .isEqualTo("5 0 0");
        ByteBuf twice = withEdns(withEdns(query.copy(), 1232, 0), 1232, 0).setShort(10, 2);
        assertThat(summary(answer(twice))).as("EDNS twice").isEqualTo("1 0 0");
    }

    /** The test fails if a handler throws. */
    @Test
    void noBytesMakeItThrow() {
        var random = new Random(SEED);
        List<ByteBuf> patterns = List.of(
                withEdns(query("www.example.test", DnsZone.A, 0), 1232, 0),
                query("nobody.example.test", TYPE_ANY, 0),
                query("longer.example.test", DnsZone.TXT, 0));
        try (var datagrams = InMemoryDatagrams.to(service().datagrams())) {
            for (int i = 0; i < ROUNDS; i++) {
                byte[] bytes = ByteBufUtil.getBytes(patterns.get(i % patterns.size()));
                for (int changes = random.nextInt(4); changes >= 0; changes--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                datagrams.send(Arrays.copyOf(bytes, random.nextInt(bytes.length + 20)));
            }
            assertThat(datagrams.receivedBytes()).isNotEmpty().allMatch(answer -> answer.length <= 1232);
        }
    }

    private static InMemoryConnection connection() {
        ServerConfig config = ServerConfig.builder().framing(DnsService.FRAMING).build();
        return InMemoryConnection.to(new TcpServer(config, service().connections()));
    }

    @Test
    void queriesOnAConnectionAreAnsweredOneByOneHoweverTheyCome() {
        ByteBuf queries = Unpooled.buffer();
        for (String name : List.of("www.example.test", "longer.example.test", "example.net")) {
            ByteBuf query = query(name, DnsZone.TXT, 0);
            queries.writeShort(query.readableBytes()).writeBytes(query);
        }
        ByteBuf answers = Unpooled.wrappedBuffer(Splits.sameOutput(DnsTest::connection, ByteBufUtil.getBytes(queries)));
        List<String> summaries = new ArrayList<>();
        while (answers.isReadable()) {
            summaries.add(summary(answers.readSlice(answers.readUnsignedShort())));
        }
        assertThat(summaries).containsExactly("0 aa 0 1", "0 aa 1 0", "5 0 0");
    }

    @Test
    void aConnectionThatSendsNoQueryIsClosed() {
        try (var connection = connection()) {
            connection.send("\0\2hi").serve();
            assertThat(connection.isOpen()).isFalse();
            assertThat(connection.received()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "www A",
                "www A 1.2",
                "www A host",
                "www AAAA 1.2.3.4",
                "www A 256.1.1.1",
                "www MX 1 a",
                "w..w A 1.2.3.4",
                "www NS ns"
            })
    void whatIsNoRecordIsRefused(String record) {
        assertThatThrownBy(() -> new DnsZone("example.test", 60).add(record))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- with dig and dnsperf

    private static ChildJvm start(int port) throws IOException {
        List<String> command = new ArrayList<>(List.of("dns", "--host", "127.0.0.1", "--port", Integer.toString(port)));
        for (String record : RECORDS) {
            command.addAll(List.of("--record", record));
        }
        ChildJvm server = ChildJvm.start(command.toArray(String[]::new));
        assertThat(server.out().readLine()).isEqualTo("listening on udp 127.0.0.1:" + port);
        assertThat(server.out().readLine()).isEqualTo("listening on tcp 127.0.0.1:" + port);
        return server;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static String dig(int port, String question) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                RealServer.program("dig", "bind9-dnsutils"),
                "@127.0.0.1",
                "-p",
                Integer.toString(port),
                "+tries=1",
                "+time=30"));
        command.addAll(List.of(question.split(" ", -1)));
        return run(command.toArray(String[]::new));
    }

    @Test
    void digUnderstandsIt() throws Exception {
        int port = RealServer.freePort();
        try (ChildJvm server = start(port)) {
            assertThat(dig(port, "+short www.example.test A").lines())
                    .containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2");
            assertThat(dig(port, "+short +tcp www.example.test AAAA")).isEqualTo("2001:db8::1\n");
            assertThat(dig(port, "+short example.test TXT")).isEqualTo("\"v=spf1 -all\"\n");
            assertThat(dig(port, "+short example.test NS").lines())
                    .containsExactlyInAnyOrder("ns.example.test.", "ns2.example.net.");
            assertThat(dig(port, "+noedns +short long.example.test TXT").replaceAll("[\" \n]", ""))
                    .as("by TCP, since it does not fit")
                    .isEqualTo(LONG_TEXT);
            assertThat(dig(port, "+noedns +ignore long.example.test TXT")).contains("flags: qr aa tc rd;");
            assertThat(dig(port, "long.example.test TXT"))
                    .contains("flags: qr aa rd;", "(UDP)", "udp: 1232")
                    .doesNotContain("Truncated");
            assertThat(dig(port, "longer.example.test TXT")).contains("Truncated, retrying in TCP mode", "(TCP)");
            assertThat(dig(port, "nobody.example.test"))
                    .contains("status: NXDOMAIN", "example.test.\t\t300\tIN\tSOA\tns.example.test.");
            assertThat(dig(port, "below.example.test")).contains("status: NOERROR", "ANSWER: 0, AUTHORITY: 1");
            assertThat(dig(port, "example.net")).contains("status: REFUSED");
            assertThat(dig(port, "+edns=1 +noednsnegotiation www.example.test")).contains("status: BADVERS");
            assertThat(dig(port, "+opcode=4 www.example.test")).contains("status: NOTIMP");
            assertThat(dig(port, "+norecurse +tcp +keepopen www.example.test A nobody.example.test A +tcp +keepopen"))
                    .contains("status: NOERROR", "status: NXDOMAIN")
                    .doesNotContain("WARNING", "malformed");
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(server.err().lines().collect(Collectors.joining("\n"))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp"})
    void dnsperfGetsEveryAnswer(String mode) throws Exception {
        String dnsperf = RealServer.program("dnsperf", "dnsperf");
        Path queries = Files.write(
                folder.resolve("queries"),
                List.of(
                        "www.example.test A",
                        "www.example.test AAAA",
                        "nobody.example.test A",
                        "long.example.test TXT"));
        int port = RealServer.freePort();
        try (ChildJvm server = start(port)) {
            String report = run(
                    dnsperf,
                    "-s",
                    "127.0.0.1",
                    "-p",
                    Integer.toString(port),
                    "-d",
                    queries.toString(),
                    "-n",
                    "500",
                    "-c",
                    "8",
                    "-t",
                    "30",
                    "-e",
                    "-b",
                    "1232",
                    "-m",
                    mode);
            assertThat(report)
                    .contains("Queries sent:         2000")
                    .contains("Queries completed:    2000 (100.00%)")
                    .contains("NOERROR 1500 (75.00%), NXDOMAIN 500 (25.00%)");
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--port 65536, port",
        "--ttl -1, ttl must not be negative: -1",
        "--record x, not NAME TYPE VALUE: x",
        "--zone a..b, not a name: a..b",
        "--idle-timeout -1, idle-timeout must not be negative: PT-1S"
    })
    void aBadOptionIsToldInOneLine(String options, String complaint) {
        CommandRun run = CommandRun.of(("dns " + options).split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("dns: ")
                .contains(complaint);
    }
}
