package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClientLimitsTest {
    private final LoadPlan.Builder plan =
            LoadPlan.builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 7007));
    private final ClientStats main = new ClientStats();
    private final ClientStats companions = new ClientStats();

    private List<String> limits(double busiest) {
        return ClientLimits.of(plan.build(), busiest, main, companions);
    }

    @Test
    void aRunWithRoomToSpareHasNone() {
        main.addErrors(ErrorKind.RESET, 1000);
        assertThat(limits(0.8)).isEmpty();
    }

    @Test
    void aSaturatedThreadIsTold() {
        plan.loops(1);
        assertThat(limits(0.97)).singleElement().asString().contains("97 % of the time");
    }

    @Test
    void anOpenLoopSpinsBeforeAnOperationIsDueSoItsProcessorTimeSaysNothing() {
        plan.rate(Rate.constant(100));
        assertThat(limits(1)).isEmpty();
    }

    @Test
    void operationsThatBeginLateAreTold() {
        plan.rate(Rate.constant(100));
        main.lateness().recordValue(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(limits(0)).singleElement().asString().contains("began late");
    }

    @Test
    void portsAndDescriptorsAreTold() {
        main.addErrors(ErrorKind.NO_PORTS, 3);
        companions.addErrors(ErrorKind.NO_DESCRIPTORS, 4);
        assertThat(limits(0)).hasSize(2).anyMatch(s -> s.contains("--source")).anyMatch(s -> s.contains("ulimit"));
    }

    @Test
    void moreClientsThanDescriptorsAreRefused() {
        plan.connections(1_000_000).idle(1_000_000);
        assertThatIOException()
                .isThrownBy(() -> ClientLimits.requireDescriptors(plan.build()))
                .withMessageMatching("2,000,000 connections need 2,000,\\d+ file descriptors, but the limit is [\\d,]+"
                        + " \\(ulimit -n\\); at most [\\d,]+ are possible");
    }
}
