package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.redis.Database;
import dev.socketserver.examples.redis.RedisHandler;
import dev.socketserver.testing.InMemoryConnection;
import dev.socketserver.testing.Splits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.SetParams;

/** The server of Redis's protocol, in memory, and with redis-cli, redis-benchmark and Jedis. */
@Timeout(60)
class RedisTest {
    private static final int PATIENCE_MILLIS = 30_000;

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1);
    private final Database data = new Database(nanoTime::get);

    @AutoClose
    private final TcpServer server = server(data);

    private static TcpServer server(Database data) {
        var service = new RedisHandler.Service(data);
        ServerConfig config = RedisHandler.configure(
                        ServerConfig.builder().address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .build();
        return new TcpServer(config, () -> new RedisHandler(service));
    }

    private InMemoryConnection connect() {
        return InMemoryConnection.to(server);
    }

    private String replies(String lines) {
        try (var client = connect()) {
            return client.send(lines).serve().received();
        }
    }

    private int start() throws IOException {
        server.start();
        return ((InetSocketAddress) server.address()).getPort();
    }

    // ---- in memory

    @Test
    void commandsAreTheSameHoweverTheirBytesCome() {
        String commands = "FLUSHALL;*3;$3;SET;$1;k;$2;;;*2;$3;get;$1;k;;*0;*1;$4;PING;"
                + "RPUSH l a b~LRANGE l 0 -1;FOO;QUIT;GET k;";
        String replies = "+OK;+OK;$2;;;+PONG;:2;*2;$1;a;$1;b;-ERR unknown command 'foo';+OK;";
        String sent = commands.replace(";", "\r\n").replace('~', '\n');
        assertThat(Splits.sameOutput(this::connect, sent)).isEqualTo(replies.replace(";", "\r\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ECHO a|$1 a",
                "PING a|$1 a",
                "SELECT 0|+OK",
                "SELECT 1|-ERR DB index is out of range",
                "HELLO 3|-NOPROTO this is RESP2, without HELLO",
                "GET none|$-1",
                "SET s 1;STRLEN s;APPEND s 23;GET s;TYPE s|+OK :1 :3 $3 123 +string",
                "SET s 1;SET s 2 NX;SET s 3 XX;GET s|+OK $-1 +OK $1 3",
                "SET s 1 XX;SET s 2 NX EX 9;SET s 3 EX|$-1 +OK -ERR syntax error",
                "SET s 1 FOO|-ERR syntax error",
                "SET s 1 EX 9223372036854775807|-ERR invalid expire time",
                "EXPIRE s -9223372036854775808|-ERR invalid expire time",
                "INCR n;INCRBY n 40;DECR n;TYPE n|:1 :41 :40 +string",
                "SET n 9223372036854775807;INCR n;GET n|+OK -ERR increment or decrement would overflow $19 "
                        + "9223372036854775807",
                "SET n +5;INCR n;SET n 007;INCR n;SET n -0;INCR n|+OK -ERR value is not an integer or out of range"
                        + " +OK -ERR value is not an integer or out of range"
                        + " +OK -ERR value is not an integer or out of range",
                "SET n -10;INCR n;INCRBY n 0|+OK :-9 :-9",
                "SET s 1 EX 9;PERSIST s;PERSIST s;TTL s;PERSIST none|+OK :1 :0 :-1 :0",
                "SET s 1 EX 9 PX 9|-ERR syntax error",
                "SET n x;INCR n|+OK -ERR value is not an integer or out of range",
                "LPUSH l a b;RPUSH l c;LLEN l;LRANGE l 0 -1|:2 :3 :3 *3 $1 b $1 a $1 c",
                "RPUSH l a b c;LRANGE l -2 99;LRANGE l 2 1;LRANGE l -9 0|:3 *2 $1 b $1 c *0 *1 $1 a",
                "RPUSH l a;LRANGE l 0 9223372036854775807;LRANGE l 0 -9|:1 *1 $1 a *0",
                "SET s 1 EX 0;SET s 1 PX -1;SET s 1 NX XX|-ERR invalid expire time in 'set' command "
                        + "-ERR invalid expire time in 'set' command -ERR syntax error",
                "GET / HTTP/1.1;POST / HTTP/1.1;SET s 1|-ERR wrong number of arguments for 'get' command",
                "RPUSH l a b;LPOP l;RPOP l;LPOP l;TYPE l;EXISTS l l|:2 $1 a $1 b $-1 +none :0",
                "RPUSH l a;GET l;INCR l;APPEND l b;DEL l l|:1 -WRONG -WRONG -WRONG :1",
                "SET s a;LPUSH s b;LRANGE s 0 1|+OK -WRONG -WRONG",
                "SET a 1;SET b 2;EXISTS a b c;DBSIZE;DEL a c;FLUSHALL;DBSIZE|+OK +OK :2 :2 :1 +OK :0",
                "GET|-ERR wrong number of arguments for 'get' command",
                "GET a b|-ERR wrong number of arguments for 'get' command",
                "PING a b|-ERR wrong number of arguments for 'ping' command",
                "SUBSCRIBE|-ERR wrong number of arguments for 'subscribe' command",
                "PUBLISH c|-ERR wrong number of arguments for 'publish' command",
                "UNSUBSCRIBE|*3 $11 unsubscribe $-1 :0"
            })
    void repliesAreThoseOfRedis(String commands, String expected) {
        String wrongType = "WRONGTYPE Operation against a key holding the wrong kind of value";
        assertThat(replies(commands.replace(";", "\r\n") + "\r\n"))
                .isEqualToNormalizingWhitespace(
                        expected.replace("WRONG ", wrongType + " ").replaceFirst("WRONG$", wrongType));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*-1|invalid length",
                "*1025|invalid length",
                "*99999999|invalid length",
                "*|invalid length",
                "*1x|invalid length",
                "*00000000001|invalid length",
                "*1;:1|expected '$', got ':'",
                "*1;$-1|invalid length",
                "*1;$1048577|invalid length",
                "*1;$2;abc;|a string does not end where it says",
                "DELMANY|too many words",
            })
    void whatIsNoCommandEndsTheConnection(String sent, String complaint) {
        try (var client = connect()) {
            String command = sent.replace(";", "\r\n").replace("MANY", " k".repeat(1024));
            client.send("PING\r\n" + command + "\r\n").serve();
            assertThat(client.received()).isEqualTo("+PONG\r\n-ERR Protocol error: " + complaint + "\r\n");
            assertThat(client.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "*2\r\n$600000\r\nyyyy\r\n$600000\r\nyyyy"})
    void whoSendsTooMuchIsNotAwaited(String piece) {
        String sent = piece.replace("yyyy", "y".repeat(600_000));
        try (var client = connect()) {
            client.send(sent.length() > 1 ? sent : sent.repeat(70_000)).serve();
            assertThat(client.isOpen()).isFalse();
        }
    }

    @Test
    void keysExpireAndAreForgotten() {
        assertThat(replies("SET a 1 EX 10\r\nTTL a\r\nSET b 1 PX 1500\r\nPTTL b\r\nTTL c\r\nRPUSH l x\r\nTTL l\r\n"))
                .isEqualTo("+OK\r\n:10\r\n+OK\r\n:1500\r\n:-2\r\n:1\r\n:-1\r\n");
        nanoTime.addAndGet(Duration.ofSeconds(2).toNanos()); // past where the clock overflows
        assertThat(replies("GET a\r\nGET b\r\nINCR b\r\nTTL b\r\nPEXPIRE l 1\r\nPERSIST a\r\nEXPIRE none 1\r\n"))
                .isEqualTo("$1\r\n1\r\n$-1\r\n:1\r\n:-1\r\n:1\r\n:1\r\n:0\r\n");
        nanoTime.addAndGet(Duration.ofMillis(1).toNanos());
        data.sweep();
        assertThat(replies("DBSIZE\r\nLLEN l\r\nTTL a\r\nSET a 2\r\nEXPIRE a -1\r\nEXISTS a\r\n"))
                .isEqualTo(":2\r\n:0\r\n:-1\r\n+OK\r\n:1\r\n:0\r\n");
    }

    @Test
    void aListenerHearsWhatIsPublishedInOrderWithItsReplies() {
        try (var ann = connect();
                var bob = connect()) {
            ann.send("PING\r\nSUBSCRIBE a b a\r\nGET k\r\n").serve();
            assertThat(ann.received())
                    .isEqualToNormalizingWhitespace("+PONG *3 $9 subscribe $1 a :1 *3 $9 subscribe $1 b :2"
                            + " *3 $9 subscribe $1 a :2"
                            + " -ERR only (UN)SUBSCRIBE, PING and QUIT are allowed in this context");
            bob.send("PUBLISH a one\r\nPUBLISH none two\r\n")
                    .expect(":1\r\n:0\r\n")
                    .serve();
            int before = ann.received().length();
            ann.send("UNSUBSCRIBE a\r\nPING\r\nUNSUBSCRIBE\r\nPING\r\n").serve();
            assertThat(ann.received().substring(before))
                    .isEqualToNormalizingWhitespace("*3 $7 message $1 a $3 one *3 $11 unsubscribe $1 a :1"
                            + " *2 $4 pong $0  *3 $11 unsubscribe $1 b :0 +PONG");
            bob.send("PUBLISH a three\r\n").expect(":0\r\n").serve();
        }
    }

    // ---- with the clients of others

    @Test
    void redisCliAndRedisBenchmarkTakeItForRedis() throws Exception {
        String cli = RealServer.program("redis-cli", "redis-tools");
        String benchmark = RealServer.program("redis-benchmark", "redis-tools");
        try (ChildJvm redis = ChildJvm.start("redis", "--port", "0")) {
            String line = redis.out().readLine();
            assertThat(line).startsWith("listening on 127.0.0.1:");
            String port = line.substring(line.lastIndexOf(':') + 1);
            Process client = new ProcessBuilder(cli, "-p", port).start();
            client.getOutputStream()
                    .write("SET k \"two words\"\nGET k\nRPUSH l a b\nLRANGE l 0 -1\nFOO\nINCR n\n".getBytes(UTF_8));
            client.getOutputStream().close();
            assertThat(client.inputReader().lines().filter(reply -> !reply.isEmpty()))
                    .containsExactly("OK", "two words", "2", "a", "b", "ERR unknown command 'foo'", "1");
            for (String pipeline : List.of("1", "16")) {
                Process load = new ProcessBuilder(
                                benchmark,
                                "-p",
                                port,
                                "-n",
                                "4000",
                                "-P",
                                pipeline,
                                "-t",
                                "get,set,incr,lpush",
                                "--csv")
                        .start();
                assertThat(load.inputReader().lines())
                        .extracting(row -> row.replaceFirst("\"(\\w+).*", "$1"))
                        .containsExactly("test", "SET", "GET", "INCR", "LPUSH");
                assertThat(load.waitFor()).isZero();
            }
            redis.signal("TERM");
            assertThat(redis.awaitExit()).isZero();
            assertThat(redis.err().readLine()).isNull();
        }
    }

    @Test
    void jedisPipelinesAndTakesBytesAsTheyAre() throws Exception {
        var bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        try (var jedis = new Jedis("localhost", start(), PATIENCE_MILLIS)) {
            jedis.set("k".getBytes(UTF_8), bytes);
            assertThat(jedis.get("k".getBytes(UTF_8))).isEqualTo(bytes);
            jedis.set("key", "grüß", SetParams.setParams().ex(100L));
            assertThat(jedis.get("key")).isEqualTo("grüß");
            assertThat(jedis.ttl("key")).isEqualTo(100);
            List<Response<Long>> replies = new ArrayList<>();
            try (Pipeline pipeline = jedis.pipelined()) {
                for (int i = 0; i < 10_000; i++) {
                    replies.add(pipeline.incr("n"));
                }
            }
            assertThat(replies.get(9_999).get()).isEqualTo(10_000);
            jedis.set("big", "x".repeat(1_000_000));
            assertThat(jedis.get("big")).hasSize(1_000_000);
        }
    }

    @Test
    void aSlowListenerCostsNobodyElse() throws Exception {
        int messages = 400;
        String text = "x".repeat(50_000);
        int port = start();
        var heard = new AtomicLong();
        try (var slow = new Socket(InetAddress.getLoopbackAddress(), port);
                var listener = new Jedis("localhost", port, PATIENCE_MILLIS);
                var publisher = new Jedis("localhost", port, PATIENCE_MILLIS)) {
            slow.getOutputStream().write("SUBSCRIBE news\r\n".getBytes(ISO_8859_1));
            slow.getInputStream().readNBytes(4); // it listens
            listener.subscribe(
                    new JedisPubSub() {
                        @Override
                        public void onSubscribe(String channel, int count) {
                            assertThat(publisher.publish(channel, "0" + text)).isEqualTo(2);
                        }

                        @Override
                        public void onMessage(String channel, String message) {
                            assertThat(message).isEqualTo(heard.getAndIncrement() + text);
                            if (heard.get() == messages) {
                                unsubscribe();
                            } else {
                                publisher.publish(channel, heard + text);
                            }
                        }
                    },
                    "news");
            assertThat(heard.get()).isEqualTo(messages);
            assertThat(listener.ping()).isEqualTo("PONG");
            assertThat(publisher.publish("news", "")).isZero();
        }
    }
}
