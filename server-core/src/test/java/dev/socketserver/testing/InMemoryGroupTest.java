package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.StreamConnection;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.peer.LineEcho;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
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

    /** Else a message would go round for ever while members leave and join faster than it is sent. */
    @Test
    void aWalkMeetsEachMemberOnceThoughManyLeaveAndJoinAtEachStep() throws Exception {
        int count = 200;
        List<InMemoryConnection> peers = new ArrayList<>();
        List<StreamConnection> members = Collections.synchronizedList(new ArrayList<>());
        Supplier<StreamRequestHandler> handlers = () -> new LineEcho() {
            @Override
            protected void setup() {
                members.add(connection());
                group.join(connection());
            }
        };
        try {
            for (int i = 0; i < count; i++) {
                peers.add(InMemoryConnection.to(handlers).send("hello\n").serve());
            }
            Collections.shuffle(members);
            List<StreamConnection> met = new ArrayList<>();
            group.forEach(member -> {
                met.add(member);
                assertThat(met).doesNotHaveDuplicates();
                for (StreamConnection fickle : members.subList(count / 2, count)) {
                    group.leave(fickle);
                    group.join(fickle);
                }
            });
            assertThat(met).containsAll(members.subList(0, count / 2));
        } finally {
            peers.forEach(InMemoryConnection::close);
        }
    }
}
