package dev.socketserver.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shell commands on the pages do what the pages say, as they stand there. */
@Tag("exhaustive")
@Timeout(120)
class DocumentedCommandsIT {
    private static final String JAR = "java -jar server-examples/target/server-examples.jar ";
    private static final String LISTENING = "^listening on ";
    private static final String MEASURED = "errors +0 ";

    /** Blocks that are run elsewhere, by how they begin, with where. A part of the page's name comes first. */
    private static final Map<String, String> ELSEWHERE = new LinkedHashMap<>();

    static {
        String integration = "in .ci/run";
        ELSEWHERE.put("README.md: mvn -q -DskipTests package && java -jar server-examples", integration);
        ELSEWHERE.put("README.md: mvn verify", integration);
        ELSEWHERE.put("contributing.md: mvn verify", integration);
        ELSEWHERE.put("README.md: mvn -q -P bench", integration);
        ELSEWHERE.put("benchmarks.md: ", integration);
        ELSEWHERE.put("overload.md: mvn -P bench", integration + ", one scenario");
        ELSEWHERE.put("thread-pool.md: mvn -P bench", integration + ", one scenario");
        ELSEWHERE.put("internet.md: mvn -q -P attack", integration);
        ELSEWHERE.put("test-log.md: mvn -q -N site", integration + ", but for the picture");
        ELSEWHERE.put("quickstart.md: mvn -q -DskipTests install", "nowhere: it writes to the user's repository");
        ELSEWHERE.put("contributing.md: git ls-files", "nowhere: it publishes a release");
        ELSEWHERE.put("deployment.md: docker compose", "in parts, by ContainerClusterIT and ComposeTest");
        ELSEWHERE.put("deployment.md: docker build -f docker/Dockerfile -t socketserver", "by ContainerClusterIT");
        ELSEWHERE.put("deployment.md: docker build -f docker/Dockerfile -t registry", "nowhere: it needs a cluster");
        ELSEWHERE.put("deployment.md: helm", "nowhere: it needs a cluster");
        ELSEWHERE.put("deployment.md: docker/grafana/draw.py", "by hand: see test-log.md");
        ELSEWHERE.put(
                "deployment.md: apt-get", "nowhere: it changes the machine; SocketActivationTest tests the units");
    }

    /**
     * One block in a terminal.
     *
     * @param begins how the block begins; or, with {@code isGiven}, all of a command that is on no page
     * @param input what is typed into it
     * @param prints an expression for what it prints before the next one is run
     * @param printsAtLast null if it ends; else an expression for what it has printed when all others have been run
     */
    private record Step(
            String begins,
            boolean isGiven,
            String input,
            String prints,
            @Nullable String printsAtLast) {
        static Step ends(String begins, String prints) {
            return new Step(begins, false, "", prints, null);
        }

        static Step stays(String begins, String prints) {
            return new Step(begins, false, "", prints, "");
        }

        static Step given(String command, String prints) {
            return new Step(command, true, "", prints, "");
        }

        Step typing(String text) {
            return new Step(begins, isGiven, text, prints, printsAtLast);
        }

        Step at(String text) {
            return new Step(begins, isGiven, input, prints, text);
        }
    }

    /**
     * Blocks of a page that belong together, in order.
     *
     * @param programs what must be installed
     */
    private record Session(String name, String page, List<String> programs, List<Step> steps) {
        static Session of(String name, String page, String programs, Step... steps) {
            return new Session(name, page, List.of(programs.split(" ")), List.of(steps));
        }

        @Override
        public String toString() {
            return name + " on " + page;
        }
    }

    static List<Session> sessions() {
        return List.of(
                Session.of("any command", "examples.md", "ip", Step.stays("mvn -q -DskipTests package", LISTENING)),
                Session.of(
                        "smtp",
                        "examples.md",
                        "openssl swaks",
                        Step.stays("openssl req", LISTENING).at("bob@example.net"),
                        Step.ends("swaks", "250 ").typing("QUIT\n")),
                Session.of(
                        "syslog",
                        "examples.md",
                        "logger",
                        Step.stays(JAR + "syslog", LISTENING + "tcp").at("it works"),
                        Step.ends("logger", "")),
                Session.of(
                        "redis",
                        "examples.md",
                        "redis-cli redis-benchmark",
                        Step.stays(JAR + "redis", LISTENING),
                        Step.stays("redis-cli -p 7379 incr", "subscribe").at("it works"),
                        Step.ends("redis-cli -p 7379 publish", "LPUSH.*requests per second")),
                Session.of(
                        "mqtt",
                        "examples.md",
                        "mosquitto_sub mosquitto_pub",
                        Step.stays(JAR + "mqtt", LISTENING),
                        Step.stays("mosquitto_sub", "").at("home/kitchen/temperature 21"),
                        Step.ends("mosquitto_pub", "")),
                Session.of(
                        "http",
                        "examples.md",
                        "curl wrk",
                        Step.stays(JAR + "http", LISTENING),
                        Step.ends("curl", "Requests/sec")),
                Session.of(
                        "dns",
                        "examples.md",
                        "dig",
                        Step.stays(JAR + "dns", LISTENING + "tcp"),
                        Step.ends("dig", "192\\.0\\.2\\.1")),
                Session.of("relay", "examples.md", "ip", Step.stays(JAR + "relay", LISTENING)),
                Session.of("fetch", "porting-from-socketserver.md", "ip", Step.ends(JAR + "fetch", "5,?000")),
                Session.of(
                        "health",
                        "examples.md",
                        "ip",
                        Step.given(JAR + "echo --port 0 --health-port 8080", "health on"),
                        Step.ends("java -cp server-examples/target/server-examples.jar dev", "")),
                Session.of(
                        "the flight recorder",
                        "observation.md",
                        "jcmd jfr",
                        Step.given("echo $$ >pid; exec " + JAR + "echo", LISTENING),
                        Step.ends("jcmd", "")),
                Session.of(
                        "echo",
                        "load.md",
                        "openssl",
                        Step.given(JAR + "echo", LISTENING),
                        Step.ends("mvn -q -DskipTests package", MEASURED),
                        Step.ends("source", ""),
                        Step.ends("sockload --rate 1000", MEASURED),
                        Step.ends("sockload 127.0.0.1:7007 --repeat 5", "requests/s")),
                Session.of(
                        "metrics",
                        "load.md",
                        "ip",
                        Step.stays(JAR + "echo --health-port 8080", "health on"),
                        Step.ends("sockload 127.0.0.1:7007 --metrics", MEASURED)),
                Session.of(
                        "HTTP",
                        "load.md",
                        "nginx",
                        Step.given("""
                                cat >nginx.conf <<'END'
                                daemon off;
                                master_process off;
                                pid nginx.pid;
                                events {}
                                http {
                                  access_log off;
                                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                                  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                                  server { listen 127.0.0.1:80; location / { return 200 "hello\\n"; } }
                                }
                                END
                                nginx -p "$PWD/" -e stderr -c nginx.conf &
                                until (: </dev/tcp/127.0.0.1/80) 2>/dev/null; do sleep 0.05; done
                                echo listening; wait
                                """, "listening"),
                        Step.ends("sockload 127.0.0.1:80", MEASURED),
                        Step.ends("sockload --mode connect 127.0.0.1:80", MEASURED)),
                Session.of(
                        "Redis",
                        "load.md",
                        "redis-server",
                        Step.given("redis-server --port 6379 --save ''", "Ready to accept"),
                        Step.ends("sockload 127.0.0.1:6379", MEASURED)),
                Session.of(
                        "DNS",
                        "load.md",
                        "ip",
                        Step.given(
                                JAR + "dns --port 53 --zone example.com --record '@ A 192.0.2.1'", LISTENING + "tcp"),
                        Step.ends("sockload udp://127.0.0.1:53", MEASURED)),
                Session.of(
                        "SMTP, TLS, Unix",
                        "load.md",
                        "openssl",
                        Step.given(JAR + "smtp --port 25", LISTENING),
                        Step.given(JAR + "echo --transport unix --path /run/echo.sock", LISTENING),
                        Step.given("""
                                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \\
                                  -subj /CN=elsewhere -keyout pair.pem -out certificate.pem
                                cat certificate.pem >>pair.pem
                                """ + JAR + "echo --tls pair.pem", LISTENING),
                        Step.ends("sockload 127.0.0.1:25", MEASURED)));
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void theCommandsDoWhatThePageSays(Session session, @TempDir Path folder) throws Exception {
        session.programs().forEach(DocumentedCommandsIT::requireProgram);
        var terminals = new Terminals(folder);
        Map<String, String> atLast = new LinkedHashMap<>();
        for (Step step : session.steps()) {
            String block = step.isGiven() ? step.begins() : block(session.page(), step.begins());
            if (step.printsAtLast() == null) {
                terminals.ends(block.replace("jcmd PID", "jcmd $(cat pid)"), step.input(), step.prints());
            } else {
                atLast.put(terminals.stays(block, step.prints()), step.printsAtLast());
            }
        }
        atLast.forEach(terminals::prints);
        terminals.run();
    }

    private static String block(String page, String begins) throws IOException {
        return ShellBlock.all().stream()
                .filter(block ->
                        block.page().endsWith("/" + page) && block.text().startsWith(begins))
                .map(ShellBlock::text)
                .reduce((one, other) -> {
                    throw new AssertionError("two blocks begin with " + begins);
                })
                .orElseThrow(() -> new AssertionError("no block on " + page + " begins with " + begins));
    }

    @Test
    void everyBlockIsRunSomewhere() throws IOException {
        List<String> run = new ArrayList<>(ELSEWHERE.keySet());
        for (Session session : sessions()) {
            session.steps().stream()
                    .filter(step -> !step.isGiven())
                    .forEach(step -> run.add(session.page() + ": " + step.begins()));
        }
        List<String> onThePages = ShellBlock.all().stream()
                .map(block -> Path.of(block.page()).getFileName() + ": " + block.text())
                .toList();

        assertThat(onThePages).allSatisfy(block -> assertThat(run).anyMatch(block::startsWith));
        assertThat(run).allSatisfy(block -> assertThat(onThePages).anyMatch(text -> text.startsWith(block)));
    }

    @Test
    void thePythonToPortIsPython(@TempDir Path folder) throws Exception {
        requireProgram("python3");
        String page = Files.readString(ShellBlock.PROJECT.resolve("src/site/markdown/porting-from-socketserver.md"));
        List<String> blocks = Pattern.compile("(?ms)^```python\\n(.*?)^```$")
                .matcher(page)
                .results()
                .map(block -> block.group(1))
                .toList();
        var terminals = new Terminals(folder);
        for (String block : blocks) {
            terminals.ends("python3 -c 'import ast, sys; ast.parse(sys.stdin.read())'", block, "");
        }
        Files.writeString(folder.resolve("words.py"), blocks.get(0));
        terminals.stays(
                "python3 words.py & until (: </dev/tcp/127.0.0.1/7007) 2>/dev/null; do sleep 0.05; done; "
                        + "echo listening; wait",
                "listening");
        // no more connections than Python's accept queue holds, which is 5: beyond it the kernel drops handshakes
        terminals.ends(
                "sockload 127.0.0.1:7007 --connections 4 --send 'one two three\\n' --expect '3\\n'", "", MEASURED);
        terminals.run();
    }

    @Test
    void theContinuousIntegrationRunsItsPart() throws IOException {
        String script = Files.readString(ShellBlock.PROJECT.resolve(".ci/run"));
        assertThat(script).contains("README.md", "benchmarks.md", "internet.md", "mvn -q -N site");
    }

    private static void requireProgram(String name) {
        boolean found = Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        assumeThat(found).as("%s is installed", name).isTrue();
    }
}
