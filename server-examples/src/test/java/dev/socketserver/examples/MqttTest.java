package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.mqtt.Broker;
import dev.socketserver.examples.mqtt.MqttHandler;
import dev.socketserver.testing.InMemoryConnection;
import dev.socketserver.testing.Splits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker of MQTT, in memory, and with the clients of Mosquitto and Paho. */
@Timeout(60)
class MqttTest {
    private static final String CONNECT = "10 0D 0004 4D515454 04 02 0000 0001 61"; // clean, as "a"
    private static final String CONNACK = "20020000";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final Broker broker = new Broker();

    @AutoClose
    private final TcpServer server =
            new TcpServer(
                    MqttHandler.configure(ServerConfig.builder()
                                    .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                            .build(),
                    () -> new MqttHandler(broker)) {
                @Override
                protected void handleError(StreamConnection connection, Throwable failure) {}
            };

    private static byte[] bytes(String hex) {
        return HEX.parseHex(hex.replace(" ", ""));
    }

    private InMemoryConnection connect() {
        return InMemoryConnection.to(server);
    }

    private static String packet(int type, byte[]... fields) {
        var rest = new StringBuilder();
        for (byte[] field : fields) {
            rest.append(HEX.formatHex(field));
        }
        return "%02X%02X%s".formatted(type, rest.length() / 2, rest);
    }

    private static byte[] text(String text) {
        return bytes("%04X".formatted(text.length()) + HEX.formatHex(text.getBytes(UTF_8)));
    }

    private String answers(InMemoryConnection client, String hex) {
        int before = client.receivedBytes().length;
        client.send(bytes(hex)).serve();
        return HEX.formatHex(client.receivedBytes()).substring(2 * before);
    }

    // ---- in memory

    @Test
    void packetsAreTheSameHoweverTheirBytesCome() {
        String packets = CONNECT + "C000" + "82 06 0001 0001 74 01" + "32 06 0001 74 0007 78" + "40 02 0001"
                + "30 04 0001 74 79" + "A2 05 0002 0001 74" + "30 04 0001 74 79" + "E000" + "C000";
        byte[] answers = Splits.sameOutput(this::connect, bytes(packets));
        assertThat(HEX.formatHex(answers))
                .isEqualTo((CONNACK + "D000" + "9003000101" + "40020007" + "32060001740001" + "78" + "3004000174" + "79"
                        + "B0020002"));
    }

    @ParameterizedTest
    @CsvSource({
        "C000, the first packet", // and not CONNECT
        "10 00, empty",
        "10 0C 0004 4D515454 04 02 0000 FFFF, an id that is longer than its packet",
        "10 0D 0004 4D515454 04 03 0000 0001 61, a reserved flag",
        "10 0D 0004 4D515454 04 22 0000 0001 61, a retained will and none",
        "10 10 0004 4D515454 04 42 0000 0001 61 0001 70, a password without a user",
        "10 0D 0004 4D515454 04 82 0000 0001 61, a user without a name",
        "10 10 0004 4D515454 04 C2 0000 0001 61 0001 75, a password that is missing",
        "10 0D 0004 4D515454 04 02 0000 0001 00, a zero",
        "10 0D 0004 4D515454 04 02 0000 0001 FF, no UTF-8"
    })
    void aBadFirstPacketIsNotAnswered(String packet, String why) {
        try (var client = connect()) {
            client.send(bytes(packet)).serve();
            assertThat(client.isOpen()).as(why).isFalse();
            assertThat(client.receivedBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10 FFFFFF7F", "10 FFFFFFFF"})
    void aPacketThatIsTooLongIsNotAwaited(String packet) {
        try (var client = connect()) {
            assertThat(client.send(bytes(packet)).serveToFailure()).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10 0D 0004 4D515454 04 02 0000 0001 61, a second CONNECT",
        "34 06 0001 74 0007 78, QoS 2",
        "36 06 0001 74 0007 78, QoS 3",
        "32 06 0001 74 0000 78, no number",
        "30 03 0001 23, a wildcard as topic",
        "30 02 0000, no topic",
        "30 02 0009, a topic that is longer than its packet",
        "82 02 0001, no filter",
        "82 07 0001 0002 6123 01, a# as filter",
        "82 09 0001 0004 232F6161 01, a wildcard that is not the last",
        "82 06 0001 0001 74 03, QoS 3 in a filter",
        "82 06 0000 0001 74 01, SUBSCRIBE without a number",
        "A2 05 0000 0001 74, UNSUBSCRIBE without a number",
        "80 06 0001 0001 74 01, bad flags",
        "F0 00, no type"
    })
    void aBadPacketEndsTheConnection(String packet, String why) {
        try (var client = connect()) {
            client.send(bytes(CONNECT))
                    .expect(bytes(CONNACK))
                    .send(bytes(packet))
                    .serve();
            assertThat(client.isOpen()).as(why).isFalse();
        }
    }

    @Test
    void aPacketHasAHundredFiltersAtMost() {
        for (int count : new int[] {100, 101}) {
            String filters = "82 " + (count == 100 ? "9203" : "9603") + " 0001" + "0001 23 00".repeat(count);
            try (var client = connect()) {
                client.send(bytes(CONNECT + filters)).serve();
                assertThat(client.isOpen()).isEqualTo(count == 100);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10 0F 0006 4D5149736470 03 02 0000 0001 61, 20020001",
        "10 0D 0004 4D515454 05 02 0000 0001 61, 20020001",
        "10 0C 0004 4D515454 04 00 0000 0000, 20020002"
    })
    void anotherVersionAndASessionWithoutANameAreRefused(String connect, String answer) {
        try (var client = connect()) {
            assertThat(answers(client, connect)).isEqualTo(answer);
            assertThat(client.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a, a, true",
        "a, b, false",
        "a/b, a, false",
        "a, a/b, false",
        "+, a, true",
        "+, a/b, false",
        "+/b, a/b, true",
        "a/+, a/, true",
        "a/+/c, a/b/c, true",
        "#, a/b/c, true",
        "a/#, a, true",
        "a/#, a/b/c, true",
        "a/#, ab, false",
        "+/+, /a, true",
        "#, $SYS/a, false",
        "+/a, $SYS/a, false",
        "$SYS/#, $SYS/a, true"
    })
    void filtersMatchTopicsThatAreSentAndThatAreRetained(String filter, String topic, boolean match) {
        String subscribe = packet(0x82, bytes("0001"), text(filter), bytes("00"));
        String publish = packet(0x31, text(topic), bytes("78"));
        String message = match ? packet(0x30, text(topic), bytes("78")) : "";
        try (var client = connect()) {
            assertThat(answers(client, CONNECT + subscribe + publish)).isEqualTo(CONNACK + "9003000100" + message);
            assertThat(answers(client, subscribe).replace("9003000100", ""))
                    .isEqualTo(message.replaceFirst("^30", "31"));
            assertThat(answers(client, packet(0xA2, bytes("0002"), text(filter)) + publish))
                    .isEqualTo("B0020002");
        }
    }

    @Test
    void whoIsSilentForLongerThanItsKeepAliveIsGone() {
        try (var client = connect()) {
            client.send(bytes(CONNECT.replace("02 0000", "02 000A"))).serve();
            assertThat(client.staySilent(Duration.ofMillis(14_900)).serve().isOpen())
                    .isTrue();
            client.send(bytes("C000")).serve();
            assertThat(client.staySilent(Duration.ofMillis(14_900)).serve().isOpen())
                    .isTrue();
            assertThat(client.staySilent(Duration.ofMillis(200)).serve().isOpen())
                    .isFalse();
        }
    }

    // ---- with the clients of others

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private String start() throws IOException {
        server.start();
        return "tcp://localhost:" + ((InetSocketAddress) server.address()).getPort();
    }

    private MqttClient paho(String url, String id, MqttConnectOptions options) throws MqttException {
        var client = new MqttClient(url, id, new MemoryPersistence());
        client.setTimeToWait(20_000);
        client.connect(options);
        return client;
    }

    private void listen(MqttClient client, String filter, int qos) throws MqttException {
        client.subscribe(
                filter,
                qos,
                (topic, message) -> heard.add(
                        topic + "=" + message + " " + message.getQos() + (message.isRetained() ? " old" : "")));
    }

    private static MqttConnectOptions options(boolean clean) {
        var options = new MqttConnectOptions();
        options.setCleanSession(clean);
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        return options;
    }

    @Test
    void pahoPublishesAndSubscribesWithRetainedMessagesAndAWill() throws Exception {
        String url = start();
        MqttConnectOptions mortal = options(true);
        mortal.setWill("wills/b", "gone".getBytes(UTF_8), 1, true);
        try (MqttClient a = paho(url, "a", options(true));
                MqttClient b = paho(url, "b", mortal)) {
            b.publish("news/old", "kept".getBytes(UTF_8), 1, true);
            listen(a, "news/#", 1);
            assertThat(heard.take()).isEqualTo("news/old=kept 1 old");
            b.publish("news/x", "one".getBytes(UTF_8), 1, false);
            b.publish("news/y", "two".getBytes(UTF_8), 0, false);
            assertThat(heard.take()).isEqualTo("news/x=one 1");
            assertThat(heard.take()).isEqualTo("news/y=two 0");
            listen(a, "wills/+", 0);
            b.disconnectForcibly(0, 0, false);
            assertThat(heard.take()).isEqualTo("wills/b=gone 0");
            a.publish("wills/b", new byte[0], 0, true); // is forgotten
            assertThat(heard.take()).isEqualTo("wills/b= 0");
            a.disconnect();
        }
        // Another client, as Paho tells of a message again if a filter is added while it does.
        try (MqttClient c = paho(url, "c", options(true))) {
            listen(c, "#", 0);
            assertThat(heard.take()).isEqualTo("news/old=kept 0 old");
            for (int i = 0; i < 100; i++) {
                c.publish("self/" + i, new byte[] {'x'}, i % 2, false);
                assertThat(heard.take()).isEqualTo("self/" + i + "=x 0");
            }
            c.disconnect();
        }
    }

    @Test
    void aSessionOutlivesItsConnectionAndIsTakenOver() throws Exception {
        String url = start();
        var lost = new CountDownLatch(1);
        try (MqttClient first = paho(url, "a", options(false));
                MqttClient other = paho(url, "b", options(true))) {
            listen(first, "t", 1);
            first.disconnect();
            other.publish("t", "while away".getBytes(UTF_8), 1, false);
            other.publish("t", "at most once".getBytes(UTF_8), 0, false);
            try (var second = new MqttClient(url, "a", new MemoryPersistence());
                    var third = new MqttClient(url, "a", new MemoryPersistence())) {
                second.setCallback(new Hearing(heard, lost));
                assertThat(second.connectWithResult(options(false)).getSessionPresent())
                        .isTrue();
                assertThat(heard.take()).isEqualTo("t=while away");
                assertThat(third.connectWithResult(options(true)).getSessionPresent())
                        .isFalse();
                lost.await();
                other.publish("t", "nobody".getBytes(UTF_8), 1, false);
                third.disconnect();
            }
            other.disconnect();
            assertThat(heard).isEmpty();
        }
    }

    /** Hears messages of a session that has subscribed before. */
    private record Hearing(BlockingQueue<String> heard, CountDownLatch lost)
            implements org.eclipse.paho.client.mqttv3.MqttCallback {
        @Override
        public void connectionLost(Throwable cause) {
            lost.countDown();
        }

        @Override
        public void messageArrived(String topic, org.eclipse.paho.client.mqttv3.MqttMessage message) {
            heard.add(topic + "=" + message);
        }

        @Override
        public void deliveryComplete(org.eclipse.paho.client.mqttv3.IMqttDeliveryToken token) {}
    }

    @Test
    void aSlowSubscriberCostsNobodyElse() throws Exception {
        String url = start();
        var text = new byte[50_000];
        try (var slow = new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) server.address()).getPort());
                MqttClient client = paho(url, "b", options(true))) {
            slow.getOutputStream().write(bytes(CONNECT + "82 06 0001 0001 74 00"));
            slow.getInputStream().readNBytes(9);
            client.subscribe("t", 1, (topic, message) -> heard.add("" + message.getPayload().length));
            for (int round = 0; round < 30; round++) {
                for (int i = 0; i < 10; i++) {
                    client.publish("t", text, i % 2, false);
                }
                for (int i = 0; i < 10; i++) {
                    assertThat(heard.take()).isEqualTo("50000");
                }
            }
            client.disconnect();
        }
        assertThat(server.snapshot().messagesDropped()).isPositive();
    }

    @Test
    void mosquittosClientsPublishAndSubscribe() throws Exception {
        String sub = RealServer.program("mosquitto_sub", "mosquitto-clients");
        String pub = RealServer.program("mosquitto_pub", "mosquitto-clients");
        try (ChildJvm mqtt = ChildJvm.start("mqtt", "--port", "0")) {
            String line = mqtt.out().readLine();
            assertThat(line).startsWith("listening on 127.0.0.1:");
            String port = line.substring(line.lastIndexOf(':') + 1);
            talk(pub, sub, port, "0");
            talk(pub, sub, port, "1");
            mqtt.signal("TERM");
            assertThat(mqtt.awaitExit()).isZero();
            assertThat(mqtt.err().readLine()).isNull();
        }
    }

    private static void talk(String pub, String sub, String port, String qos) throws Exception {
        run(pub, "-p", port, "-q", qos, "-r", "-t", "a/ready", "-m", "now");
        Process listener = new ProcessBuilder(sub, "-p", port, "-q", qos, "-t", "a/#", "-v", "-C", "102").start();
        assertThat(listener.inputReader().readLine()).isEqualTo("a/ready now");
        Process sender = new ProcessBuilder(pub, "-p", port, "-q", qos, "-t", "a/b", "-l").start();
        sender.getOutputStream().write("grüß dich\n".repeat(100).getBytes(UTF_8));
        sender.getOutputStream().close();
        for (int i = 0; i < 100; i++) {
            assertThat(listener.inputReader().readLine()).isEqualTo("a/b grüß dich");
        }
        assertThat(sender.waitFor()).isZero();
        run(pub, "-p", port, "-q", qos, "-t", "a", "-m", "end", "-i", "me", "-u", "user", "-P", "password");
        assertThat(listener.inputReader().readLine()).isEqualTo("a end");
        assertThat(listener.waitFor()).isZero();
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
