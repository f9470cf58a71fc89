package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.net.Tls;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** A handler that begins TLS when its peer asks for it, and peers to converse with it. */
class StartTlsConversation {
    /** How a handler gets its lines. */
    enum Style {
        KEPT,
        AWAITING,
        READING
    }

    @TempDir
    Path directory;

    final RecordingListener listener = new RecordingListener();
    final LinkedBlockingQueue<String> handled = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<StreamConnection> connections = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<EndReason> ends = new LinkedBlockingQueue<>();
    Tls tls = TlsSetup.tls(StartTlsConversation::engine);

    /** Returns an engine that knows two protocols. */
    private static SSLEngine engine() {
        SSLEngine engine = Certificates.context("server").createSSLEngine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"new", "old"});
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** Answers lines, and begins TLS when it is told to. */
    class Greeter extends StreamRequestHandler {
        private final Style style;

        Greeter(Style style) {
            this.style = style;
        }

        @Override
        protected void setup() throws Exception {
            connections.add(connection());
        }

        @Override
        protected void handle() throws Exception {
            switch (style) {
                case KEPT -> {
                    if (answer(in().readLine(UTF_8, 1000))) {
                        keepOpen();
                    }
                }
                case AWAITING -> {
                    boolean goesOn = true;
                    while (goesOn && in().awaitMessage()) {
                        goesOn = answer(in().readLine(UTF_8, 1000));
                    }
                    if (server().state() == ServerState.DRAINING) {
                        goodbye();
                    }
                }
                case READING -> {
                    boolean goesOn = true;
                    while (goesOn) {
                        goesOn = answer(in().readLine(UTF_8, 1000));
                    }
                }
            }
        }

        private boolean answer(@Nullable String line) throws Exception {
            if (line == null || line.equals("quit")) {
                return false;
            }
            handled.add(line);
            if (line.equals("leave")) {
                begin();
                connection().send("last", UTF_8);
                return false;
            } else if (line.equals("encrypt")) {
                connection().startTls(tls);
            } else if (line.startsWith("STARTTLS")) {
                begin();
                if (line.endsWith("greet")) {
                    out().write("hello behind it\n", UTF_8);
                }
            } else {
                String how = connection().tlsSession().isPresent()
                        ? connection().applicationProtocol().orElse("-")
                        : "clear";
                out().write(how + " " + line + "\n", UTF_8);
            }
            return true;
        }

        private void begin() throws IOException {
            out().write("ready\n", UTF_8);
            connection().startTls(tls);
        }

        @Override
        protected void goodbye() throws IOException {
            out().write("bye\n", UTF_8);
        }

        @Override
        protected void finish() {
            ends.add(connection().endedBy().orElseThrow());
        }
    }

    StreamSetting.Running start(StreamSetting setting, Style style, UnaryOperator<ServerConfig.Builder> options)
            throws IOException {
        return setting.start(directory, config -> options.apply(config.listener(listener)), () -> new Greeter(style));
    }

    StreamSetting.Running start(StreamSetting setting, Style style) throws IOException {
        return start(setting, style, config -> config);
    }

    static SSLEngine clientEngine(String... versions) {
        SSLEngine engine = TlsSetup.trusting().createSSLEngine("localhost", 1);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"other", "old"});
        parameters.setServerNames(List.of(new SNIHostName("localhost")));
        engine.setSSLParameters(parameters);
        if (versions.length > 0) {
            engine.setEnabledProtocols(versions);
        }
        return engine;
    }

    /** Returns the peer, ready to shake hands. */
    static TlsClient begin(Peer peer, String... versions) throws IOException {
        assertThat(peer.send("STARTTLS\n").readLine()).isEqualTo("ready");
        return new TlsClient((TestClient) peer, clientEngine(versions));
    }

    static Stream<Arguments> everywhere() {
        return StreamSetting.clear().stream()
                .flatMap(setting -> Arrays.stream(Style.values()).map(style -> Arguments.of(setting, style)));
    }

    /** Returns the two engines over TCP, with each style. */
    static Stream<Arguments> engines() {
        return StreamSetting.engines().stream()
                .filter(setting -> setting.transport() == Transport.TCP)
                .flatMap(setting -> Arrays.stream(Style.values()).map(style -> Arguments.of(setting, style)));
    }

    /** Returns {@link #engines()} with those styles whose turn pauses between two messages. */
    static Stream<Arguments> pausing() {
        return engines().filter(setting -> setting.get()[1] != Style.READING);
    }

    static StreamSetting selecting() {
        return new StreamSetting(Transport.TCP, StreamSetting.Execution.SELECTING);
    }
}
