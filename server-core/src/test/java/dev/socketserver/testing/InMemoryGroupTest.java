package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.peer.LineEcho;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Groups have connections in memory as members, too. */
@Timeout(60)
class InMemoryGroupTest {
    private final ConnectionGroup group = new ConnectionGroup();

    /** Says to the others what its peer says. */
    private final class Talker extends LineEcho {
        @Override
        protected void setup() {
            group.join(connection());
        }

        @Override
        protected void handle() throws Exception {
            String line = in().readLine(UTF_8, 100);
            if (line != null) {
                group.sendExcept(connection(), line + "\n", UTF_8);
                keepOpen();
            }
        }

        @Override
        protected void finish() {
            group.sendExcept(connection(), "gone\n", UTF_8);
        }
    }

    @Test
    void membersHearEachOtherAndLeaveWhenTheyEnd() {
        try (var ann = InMemoryConnection.to(Talker::new);
                var bob = InMemoryConnection.to(Talker::new)) {
            bob.send("nobody is here\n").serve();
            ann.send("hello\n").serve();
            assertThat(bob.serve().received()).isEqualTo("hello\n");
            assertThat(ann.received()).isEmpty();
            bob.shutdownOutput().serve();
            assertThat(group.size()).isEqualTo(1);
            assertThat(ann.serve().received()).isEqualTo("gone\n");
        }
        assertThat(group.size()).isZero();
    }
}
