package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every server on the first pages, and on those for who comes from elsewhere, as it is printed there, serves one more
 * peer when a thousand say nothing.
 */
@Timeout(120)
class DocumentedServersTest {
    private static final int SILENT = 1_000;

    /** How many datagrams the system has room for, at least. */
    private static final int ROOM = 50;

    private static final List<String> PAGES = List.of(
            "README.md",
            "src/site/markdown/quickstart.md",
            "src/site/markdown/from-serversocket.md",
            "src/site/markdown/from-netty.md");

    /** What a block names that makes a server, or a handler for one. */
    private static final Pattern SERVER = Pattern.compile("new (Tcp|Udp)Server\\(|extends (Tcp|\\w+Handler)");

    /** Lets a block serve until the test has seen enough, in place of the end of the process. */
    private static final String HOOK = "public static java.util.function.Consumer<BaseServer<?>> served;\n";

    @TempDir
    Path directory;

    /** What one more peer says to a server, by the name that the block gives its handler or server. */
    private static final Map<String, Conversation> CONVERSATIONS = Map.of(
            "GreetingHandler",
            client -> {
                assertThat(client.readLine()).isEqualTo("Who are you?");
                assertThat(client.send("Ada\n").readLine()).isEqualTo("Hello, Ada!");
            },
            "LineHandler",
            client -> assertThat(client.send("a line\n").readLine()).isEqualTo("a line"),
            "SumHandler",
            client -> {
                client.send(
                        ByteBuffer.allocate(12).putInt(8).putInt(20).putInt(22).array());
                assertThat(ByteBuffer.wrap(client.read(12)))
                        .isEqualTo(ByteBuffer.allocate(12).putInt(8).putLong(42).flip());
            });

    private interface Conversation {
        void with(TestClient client) throws IOException;
    }

    private static void echo(TestClient client) throws IOException {
        assertThat(client.send("me\n").halfClose().readAll()).isEqualTo("me\n");
    }

    @Test
    void aThousandSilentPeersDenyNobodyTheService() throws Exception {
        Map<String, String> blocks = blocks();
        compile(blocks);
        List<String> served = new ArrayList<>();
        try (var classes = new URLClassLoader(
                new URL[] {directory.resolve("classes").toUri().toURL()},
                getClass().getClassLoader())) {
            for (Map.Entry<String, String> block : blocks.entrySet()) {
                serve(classes, block.getKey(), block.getValue(), served);
            }
        }
        assertThat(served)
                .as("what the pages have")
                .contains(
                        "EchoServer",
                        "UpperCaseServer",
                        "GreetingHandler",
                        "SumHandler",
                        "LocalServer",
                        "PoliteServer",
                        "LineHandler")
                .hasSize(blocks.size());
    }

    /** Returns the blocks that make servers or handlers, by the name of the class that they are compiled into. */
    private static Map<String, String> blocks() {
        Map<String, String> blocks = new LinkedHashMap<>();
        for (String page : PAGES) {
            for (String block : MarkdownPage.of(page).java()) {
                if (SERVER.matcher(block).find()) {
                    blocks.put("block" + blocks.size(), block);
                }
            }
        }
        return blocks;
    }

    /** Compiles the blocks as they are, but for the port, which is any, and the end, which is the test's. */
    private void compile(Map<String, String> blocks) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Map.Entry<String, String> block : blocks.entrySet()) {
            String served = block.getValue()
                    .replaceAll("\\b7007\\b", "0")
                    .replaceAll("server\\.serveForever\\(\\);", "served.accept(server);")
                    .replaceAll("(?m)^ *server\\.closeOnSignal.*$", "")
                    .replaceAll("server\\.start\\(\\);", "served.accept(server);");
            sources.add(DocumentationTest.sourceFile(directory.resolve(block.getKey()), block.getKey(), served, HOOK));
        }
        DocumentationTest.compile(sources, directory.resolve("classes"));
    }

    private static void serve(ClassLoader classes, String name, String text, List<String> served) throws Exception {
        Class<?> block = classes.loadClass(name);
        Constructor<?> constructor = block.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object instance = constructor.newInstance();
        Consumer<BaseServer<?>> check = server -> check(server, "");
        for (Class<?> type : block.getDeclaredClasses()) {
            if (StreamServer.class.isAssignableFrom(type)) {
                var config = ServerConfig.builder().address(anyPort()).build();
                check((BaseServer<?>) make(type, instance, block, config), type.getSimpleName());
                served.add(type.getSimpleName());
                return;
            } else if (StreamRequestHandler.class.isAssignableFrom(type)) {
                Supplier<StreamRequestHandler> handlers = () -> (StreamRequestHandler) make(type, instance, block);
                check(new TcpServer(ServerConfig.builder().address(anyPort()).build(), handlers), type.getSimpleName());
                served.add(type.getSimpleName());
                return;
            }
        }
        var hook = block.getDeclaredField("served");
        hook.setAccessible(true);
        var seen = new CompletableFuture<String>();
        hook.set(null, (Consumer<BaseServer<?>>) server -> {
            check.accept(server);
            seen.complete(name);
        });
        run(block, instance);
        assertThat(seen).as("the server of %s: %s", name, text).isDone();
        served.add(block.getDeclaredClasses().length == 0 ? name : block.getDeclaredClasses()[0].getSimpleName());
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress("localhost", 0);
    }

    private static Object make(Class<?> type, Object outer, Class<?> block, Object... arguments) {
        try {
            List<Class<?>> types = new ArrayList<>(List.of(block));
            List<Object> values = new ArrayList<>(List.of(outer));
            for (Object argument : arguments) {
                types.add(argument.getClass());
                values.add(argument);
            }
            Constructor<?> constructor = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values.toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs the main method of the block's class, or the block itself. */
    private static void run(Class<?> block, Object instance) throws Exception {
        try {
            for (Class<?> type : block.getDeclaredClasses()) {
                Method main = type.getDeclaredMethod("main", String[].class);
                main.setAccessible(true);
                main.invoke(null, (Object) new String[0]);
                return;
            }
            Method example = block.getDeclaredMethod("example");
            example.setAccessible(true);
            example.invoke(instance);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("in " + block.getName(), e.getCause());
        }
    }

    private static void check(BaseServer<?> server, String name) {
        try (server) {
            server.start();
            if (server instanceof UdpServer) {
                checkDatagrams(server);
            } else {
                checkConnections(server, CONVERSATIONS.getOrDefault(name, DocumentedServersTest::echo));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void checkConnections(BaseServer<?> server, Conversation conversation) throws IOException {
        List<TestClient> silent = new ArrayList<>();
        try {
            for (int i = 0; i < SILENT; i++) {
                silent.add(TestClient.to(server.address()));
            }
            try (TestClient next = TestClient.to(server.address())) {
                conversation.with(next);
            }
        } finally {
            for (TestClient client : silent) {
                client.close();
            }
        }
    }

    private static void checkDatagrams(BaseServer<?> server) throws IOException {
        try (var quiet = TestDatagramClient.to(server.address());
                var next = TestDatagramClient.to(server.address())) {
            for (int i = 0; i < SILENT; i++) {
                quiet.send("");
                if (i % ROOM == ROOM - 1) {
                    assertThat(next.send("me").receiveText()).isEqualTo("ME");
                }
            }
        }
    }
}
