package dev.socketserver.examples.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ScriptTest {
    @TempDir
    private Path directory;

    private List<Script.Step> read(String text) throws Exception {
        return Script.read(Files.writeString(directory.resolve("messages"), text), Message.ofText("OK"));
    }

    private static String text(@Nullable Message message) {
        return message == null ? "none" : new String(message.example(), ISO_8859_1);
    }

    @Test
    void eachLineIsAMessageAndMayHaveItsAnswer() throws Exception {
        List<Script.Step> steps = read("# comment\n\nPING\\r\\n\tPONG\nhex:00\n");

        assertThat(steps).hasSize(2);
        assertThat(text(steps.get(0).message())).isEqualTo("PING\r\n");
        assertThat(text(steps.get(0).expected())).isEqualTo("PONG");
        assertThat(text(steps.get(1).expected())).isEqualTo("OK");
    }

    @Test
    void aBadLineIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("a\n\nb\\q\n"))
                .withMessageMatching(".*messages, line 3: a backslash must begin.*");
    }

    @Test
    void withoutAnotherRuleAMessageWithoutAnAnswerMustComeBack() {
        Message message = Message.ofText("a");
        var step = new Script.Step(message, null);

        assertThat(new Script(List.of(step), Answer.EXACT, false).steps().get(0).expected())
                .isSameAs(message);
        assertThat(new Script(List.of(step), Answer.ofLength(3), false)
                        .steps()
                        .get(0)
                        .expected())
                .isNull();
    }

    @Test
    void loopsTakeTurnsInNumberingAndEachConnectionGoesThroughTheScript() {
        Script script = new Script(
                List.of(
                        new Script.Step(Message.ofText("a{{counter}}"), null),
                        new Script.Step(Message.ofText("b"), null)),
                Answer.EXACT,
                false);
        LoadPlan plan = LoadPlan.builder(new InetSocketAddress(7))
                .loops(3)
                .script(script)
                .build();
        var second = new RequestSource(plan, 1);

        assertThat(second.next(0).message()).isEqualTo(ByteBuffer.wrap(new byte[] {'a', '1'}));
        assertThat(second.next(0).message()).isEqualTo(ByteBuffer.wrap(new byte[] {'a', '4'}));
        assertThat(second.next(1).message()).isEqualTo(ByteBuffer.wrap(new byte[] {'b'}));
        assertThat(second.next(2).expected()).isEqualTo(ByteBuffer.wrap(new byte[] {'a', '1', '0'}));
    }
}
