package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadPlanTest {
    private final LoadPlan.Builder builder =
            LoadPlan.builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 7007));

    @Test
    void defaultsAreTheDocumentedOnes() {
        LoadPlan plan = builder.build();

        assertThat(plan.mode()).isEqualTo(Mode.REQUEST);
        assertThat(plan.connections()).isEqualTo(64);
        assertThat(plan.duration()).hasSeconds(10);
        assertThat(plan.warmup()).hasSeconds(2);
        assertThat(plan.timeout()).hasSeconds(10);
        assertThat(plan.script().steps().get(0).message().size()).isEqualTo(64);
        assertThat(plan.depth()).isEqualTo(1);
    }

    @Test
    void aLostDatagramIsNotWaitedForAsLongAsAConnection() {
        assertThat(builder.mode(Mode.UDP).build().timeout()).hasSeconds(1);
        assertThat(builder.timeout(Duration.ofSeconds(3)).build().timeout()).hasSeconds(3);
    }

    @Test
    void noMoreThreadsThanClients() {
        assertThat(builder.connections(1).loops(8).build().loops()).isEqualTo(1);
    }

    @Test
    void aBadValueIsNamed() {
        assertBad(() -> builder.connections(0), "connections must be 1 to 1000000: 0");
    }

    @Test
    void durationsAreChecked() {
        assertBad(() -> builder.duration(Duration.ZERO), "duration must be positive: 0.0 s");
        assertBad(
                () -> builder.duration(Duration.ofSeconds(1)).warmup(Duration.ofSeconds(-1)),
                "warmup must not be negative: -1.0 s");
        assertBad(
                () -> builder.warmup(Duration.ZERO).timeout(Duration.ofSeconds(-2)),
                "timeout must be positive: -2.0 s");
    }

    @Test
    void whatModesCannotDoIsRefused() {
        assertBad(() -> builder.mode(Mode.CONNECT).depth(2), "pipeline must be 1 in mode connect: 2");
        assertBad(
                () -> builder.mode(Mode.UDP).payload(Message.ofSize(7)),
                "payload must be at least 8 bytes for a pipeline of datagrams: 7");
        assertBad(
                () -> builder.payload(Message.ofSize(65_508)),
                "payload must be at most 65507 bytes in mode udp: 65508");
    }

    private void assertBad(Runnable setting, String message) {
        setting.run();
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
    }
}
