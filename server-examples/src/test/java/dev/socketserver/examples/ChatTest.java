package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.testing.InMemoryConnection;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chat, in memory, over sockets, and with socat. */
@Timeout(60)
class ChatTest {
    private static final String HELLO = "; /who lists the users, /quit leaves";

    /** Somebody who speaks in lines. */
    private record Person(OutputStream out, BufferedReader in, Closeable process) implements Closeable {
        static Person bySocket(int port) throws IOException {
            var socket = new Socket(InetAddress.getLoopbackAddress(), port);
            return new Person(
                    socket.getOutputStream(),
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)),
                    socket);
        }

        static Person bySocat(String program, int port) throws IOException {
            Process socat = new ProcessBuilder(program, "-", "TCP:127.0.0.1:" + port).start();
            return new Person(socat.getOutputStream(), socat.inputReader(UTF_8), socat::destroy);
        }

        Person say(String line) throws IOException {
            out.write((line + "\n").getBytes(UTF_8));
            out.flush();
            return this;
        }

        Person hear(String line) throws IOException {
            assertThat(in.readLine()).isEqualTo(line);
            return this;
        }

        Person enter(String name) throws IOException {
            return hear("your name?").say(name).hear("hello " + name + HELLO);
        }

        void hearTheEnd() throws IOException {
            assertThat(in.readLine()).isNull();
        }

        @Override
        public void close() throws IOException {
            process.close();
        }
    }

    private static int port(ChildJvm chat) throws IOException {
        String line = chat.out().readLine();
        assertThat(line).startsWith("listening on 127.0.0.1:");
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    @Test
    void peopleHearEachOtherAndWhoComesAndGoes() throws Exception {
        try (ChildJvm chat = ChildJvm.start("chat", "--host", "127.0.0.1", "--port", "0")) {
            int port = port(chat);
            try (Person ann = Person.bySocket(port);
                    Person bob = Person.bySocat(RealServer.program("socat", "socat"), port)) {
                ann.enter("Ann");
                bob.hear("your name?").say("Ann").hear("Ann is here already; your name?");
                bob.say("Bob").hear("hello Bob" + HELLO);
                ann.hear("* Bob has come").say("/who").hear("Ann, Bob");
                bob.say("hi");
                ann.hear("Bob: hi").say("grüß dich");
                bob.hear("Ann: grüß dich").say("/quit").hear("bye").hearTheEnd();
                ann.hear("* Bob has left");
                try (Person carl = Person.bySocket(port)) {
                    carl.enter("Bob"); // the name is free again
                    ann.hear("* Bob has come");
                }
                ann.hear("* Bob has left");
                chat.signal("TERM");
                ann.hear("* the chat is closing").hearTheEnd();
            }
            assertThat(chat.awaitExit()).isZero();
            assertThat(chat.err().lines().collect(Collectors.joining("\n"))).isEmpty();
        }
    }

    @Test
    void namesArePlainAndTextCannotMoveACursor() {
        var room = new ChatHandler.Room();
        try (var ann = InMemoryConnection.to(() -> new ChatHandler(room));
                var bob = InMemoryConnection.to(() -> new ChatHandler(room))) {
            bob.send("Bob\n").serve();
            ann.expect("your name?\n").send("two words\n");
            ann.expect("a name has 1 to 20 letters, digits, - or _; your name?\n")
                    .send("Änne\n");
            ann.expect("hello Änne" + HELLO + "\n")
                    .send("\u001b[2Jhi\r\n")
                    .send("\n")
                    .send("/quit\n");
            ann.expect("bye\n").serve();
            assertThat(ann.isOpen()).isFalse();
            assertThat(bob.serve().received())
                    .isEqualTo("your name?\nhello Bob" + HELLO + "\n* Änne has come\nÄnne: [2Jhi\n* Änne has left\n");
        }
    }

    @Test
    void aPortInUseIsToldInOneLine() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run =
                    CommandRun.of("chat", "--host", "127.0.0.1", "--port", Integer.toString(taken.getLocalPort()));
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err().lines()).singleElement().asString().startsWith("chat: cannot listen on ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--port 65536, port",
        "--port x, --port",
        "--idle-timeout -1, idle-timeout must not be negative: PT-1S",
        "--host host.invalid, host.invalid"
    })
    void aBadOptionIsToldInOneLine(String options, String complaint) {
        CommandRun run = CommandRun.of(("chat " + options).split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("chat: ")
                .contains(complaint);
    }
}
