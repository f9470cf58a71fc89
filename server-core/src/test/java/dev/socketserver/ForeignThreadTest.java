package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestDatagramClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a request holds is for the thread that serves it; any other is told so at once, and harms nobody. */
@Timeout(60)
class ForeignThreadTest {
    private static final int ROUNDS = 50;

    private final RecordingListener listener = new RecordingListener();

    static List<StreamSetting> settings() {
        return StreamSetting.all();
    }

    static List<StreamSetting> concurrent() {
        return StreamSetting.concurrent();
    }

    /** Returns every call that a connection's streams have. */
    private static Map<String, ThrowingCallable> calls(ByteInput in, ByteOutput out) {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("in.buffer", in::buffer);
        calls.put("in.available", in::available);
        calls.put("in.read", in::read);
        calls.put("in.read(array)", () -> in.read(new byte[1]));
        calls.put("in.readFully", () -> in.readFully(new byte[1]));
        calls.put("in.readSlice", () -> in.readSlice(1));
        calls.put("in.readLine", () -> in.readLine(UTF_8, 10));
        calls.put("in.readUntil", () -> in.readUntil(new byte[] {';'}, 10));
        calls.put("in.readFrame", () -> in.readFrame(1, 10));
        calls.put("in.readFrame(prefix)", () -> in.readFrame(LengthPrefix.varint(4), 10));
        calls.put("in.transferTo(length)", () -> in.transferTo(OutputStream.nullOutputStream(), 1));
        calls.put("in.limit", () -> in.limit(1).read());
        calls.put("in.transferTo", () -> in.transferTo(OutputStream.nullOutputStream()));
        calls.put("in.readAllBytes", in::readAllBytes);
        calls.put("in.skip", () -> in.skip(1));
        calls.put("in.await", () -> in.await(1));
        calls.put("in.awaitMessage", in::awaitMessage);
        calls.put("in.close", in::close);
        calls.put("out.autoFlush", () -> out.autoFlush(true));
        calls.put("out.write", () -> out.write('x'));
        calls.put("out.write(array)", () -> out.write(new byte[1]));
        calls.put("out.write(buffer)", () -> out.write(Unpooled.wrappedBuffer(new byte[100_000])));
        calls.put("out.write(text)", () -> out.write("x", UTF_8));
        calls.put("out.writeFrame", () -> out.writeFrame(1, Unpooled.wrappedBuffer(new byte[1])));
        calls.put("out.flush", out::flush);
        calls.put("out.close", out::close);
        return calls;
    }

    private static Map<String, Throwable> outcomes(Map<String, ThrowingCallable> calls) {
        Map<String, Throwable> outcomes = new LinkedHashMap<>();
        calls.forEach((name, call) -> outcomes.put(name, catchThrowable(call)));
        return outcomes;
    }

    private static void assertThatEachFailed(Map<String, Throwable> outcomes) {
        assertThat(outcomes)
                .isNotEmpty()
                .allSatisfy((name, failure) -> assertThat(failure)
                        .as(name)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("only by the thread that serves it"));
    }

    private static void attempt(ThrowingCallable call) {
        try {
            call.call();
        } catch (Throwable expected) {
            // Refused, as another test checks.
        }
    }

    private static <T> T elsewhere(java.util.function.Supplier<T> work) throws InterruptedException {
        var result = new CompletableFuture<T>();
        var thread = new Thread(() -> result.complete(work.get()));
        thread.start();
        thread.join();
        return result.join();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void everyCallFailsWhileTheHandlerRunsAndTheAnswerIsAsTheHandlerWroteIt(
            StreamSetting setting, @TempDir Path directory) throws Exception {
        var outcomes = new CompletableFuture<Map<String, Throwable>>();
        try (var running =
                setting.start(directory, config -> config.listener(listener), StreamRequestHandler.of((in, out) -> {
                    String line = in.readLine(UTF_8, 100);
                    out.write("you said ", UTF_8);
                    outcomes.complete(elsewhere(() -> outcomes(calls(in, out))));
                    out.write(line + ", and " + in.readLine(UTF_8, 100) + "\n", UTF_8);
                }))) {
            try (var peer = running.connect()) {
                assertThat(peer.send("one\ntwo\n").readAll()).isEqualTo("you said one, and two\n");
            }
            assertThatEachFailed(outcomes.join());
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("concurrent")
    void everyCallFailsWhileTheConnectionIsIdleAndWhenItHasEnded(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        var kept = new CompletableFuture<StreamConnection>();
        try (var running = setting.start(directory, config -> config.listener(listener), () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                super.handle();
                kept.complete(connection());
            }
        })) {
            try (var peer = running.connect()) {
                assertThat(peer.send("one\n").readLine()).isEqualTo("one");
                Map<String, ThrowingCallable> calls =
                        calls(kept.join().in(), kept.join().out());
                assertThatEachFailed(outcomes(calls));
                assertThat(peer.send("two\n").readLine()).isEqualTo("two");
                peer.end().readAll();
                listener.await("closed", 1);
                assertThatEachFailed(outcomes(calls));
            }
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("concurrent")
    void aHandlerThatKeepsTheStreamsOfAConnectionThatHasEndedGetsNoneOfAnothers(
            StreamSetting setting, @TempDir Path directory) throws Exception {
        var first = new CompletableFuture<StreamConnection>();
        try (var running = setting.start(directory, config -> config.listener(listener), () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                StreamConnection before = first.getNow(connection());
                first.complete(connection());
                if (!before.equals(connection())) {
                    in().await(1);
                    Map<String, ThrowingCallable> calls = calls(before.in(), before.out());
                    calls.keySet().removeIf(call -> call.matches("in.available|in.close|out.(autoFlush|flush|close)"));
                    assertThat(outcomes(calls))
                            .allSatisfy((name, failure) ->
                                    assertThat(failure).as(name).isNotNull());
                }
                super.handle();
            }
        })) {
            try (var peer = running.connect()) {
                assertThat(peer.send("one\n").end().readAll()).isEqualTo("one\n");
            }
            listener.await("closed", 1);
            for (int i = 0; i < ROUNDS; i++) {
                try (var peer = running.connect()) {
                    assertThat(peer.send(i + "\n").readLine()).isEqualTo(String.valueOf(i));
                }
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("concurrent")
    void linesAreNeverMixedUpWithAPoolsBuffersAlthoughASecondThreadWrites(
            StreamSetting setting, @TempDir Path directory) throws Exception {
        var stop = new CountDownLatch(1);
        var written = new CompletableFuture<ByteOutput>();
        var intruder = new Thread(() -> {
            ByteOutput out = written.join();
            while (stop.getCount() > 0) {
                attempt(() -> out.write("intruder\n", UTF_8));
                attempt(out::flush);
                attempt(out::close);
            }
        });
        intruder.start();
        try (var running = setting.start(directory, config -> config.listener(listener), () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                written.complete(out());
                super.handle();
            }
        })) {
            try (var peer = running.connect();
                    var other = running.connect()) {
                for (int i = 0; i < ROUNDS; i++) {
                    assertThat(peer.send("line " + i + "\n").readLine()).isEqualTo("line " + i);
                    assertThat(other.send("other " + i + "\n").readLine()).isEqualTo("other " + i);
                }
            }
        } finally {
            stop.countDown();
            written.cancel(true);
            intruder.join();
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aViewThatIsKeptPastTheNextReadIsFoundOut(StreamSetting setting, @TempDir Path directory) throws Exception {
        var late = new CompletableFuture<Throwable>();
        try (var running = setting.start(directory, config -> config, StreamRequestHandler.of((in, out) -> {
            ByteBuf view = in.readSlice(3);
            in.read();
            late.complete(catchThrowable(view::readByte));
            out.write("done\n", UTF_8);
        }))) {
            try (var peer = running.connect()) {
                assertThat(peer.send("abcdef\n").readAll()).isEqualTo("done\n");
            }
        }
        assertThat(late.join()).isInstanceOf(io.netty.util.IllegalReferenceCountException.class);
    }

    @ParameterizedTest
    @MethodSource("concurrent")
    void writesOfAnotherThreadDoNotPutOffTheEndOfARead(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        var stop = new CountDownLatch(1);
        var started = new CompletableFuture<ByteOutput>();
        var relay = new Thread(() -> {
            ByteOutput out = started.join();
            while (stop.getCount() > 0) {
                attempt(() -> out.write('x'));
                attempt(out::flush);
            }
        });
        relay.start();
        try (var running = setting.start(
                directory,
                config -> config.readTimeout(Duration.ofMillis(100)).listener(listener),
                StreamRequestHandler.of((in, out) -> {
                    started.complete(out);
                    in.read();
                }))) {
            try (var peer = running.connect()) {
                assertThat(peer.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        } finally {
            stop.countDown();
            started.cancel(true);
            relay.join();
        }
        assertThat(listener.failures()).singleElement().isInstanceOf(SocketTimeoutException.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aDatagramIsForItsHandlerToo(Engine engine) throws Exception {
        var outcomes = new CompletableFuture<Map<String, Throwable>>();
        try (var server = new UdpServer(
                Loopback.config().engine(engine).listener(listener).build(), () -> new DatagramRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
                        calls.put("content", () -> datagram().content());
                        calls.put("reply", () -> datagram().reply(Unpooled.wrappedBuffer(new byte[1])));
                        calls.put("in", this::in);
                        calls.put("out", this::out);
                        outcomes.complete(elsewhere(() -> outcomes(calls)));
                        in().transferTo(out());
                    }
                })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                assertThat(client.send("mine").receiveText()).isEqualTo("mine");
            }
            assertThatEachFailed(outcomes.join());
        }
    }

    @Test
    void aDatagramThatHasEndedIsNobodys() throws Exception {
        var first = new CompletableFuture<Datagram>();
        var failures = new CompletableFuture<Map<String, Throwable>>();
        try (var server =
                new UdpServer(Loopback.config().listener(listener).build(), () -> new DatagramRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        if (!first.complete(datagram())) {
                            Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
                            calls.put("content", () -> first.join().content());
                            calls.put("reply", () -> first.join().reply(Unpooled.wrappedBuffer(new byte[1])));
                            failures.complete(outcomes(calls));
                        }
                        in().transferTo(out());
                    }
                })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                for (String text : List.of("one", "two", "three")) {
                    assertThat(client.send(text).receiveText()).isEqualTo(text);
                }
            }
        }
        assertThat(failures.join())
                .allSatisfy((name, failure) -> assertThat(failure).as(name).isInstanceOf(IllegalStateException.class));
        assertThat(listener.count("error")).isZero();
    }
}
