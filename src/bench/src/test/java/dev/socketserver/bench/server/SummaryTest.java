package dev.socketserver.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class SummaryTest {
    private final Row ours =
            Samples.row("ours", round(100), round(50), round(200)); // the machine was slow once, and fast once

    private static Measurement round(long operations) {
        return Samples.measurement(operations, 1, 1);
    }

    @Test
    void theRatioIsTakenRoundByRound() {
        Row peer = Samples.row("peer", round(80), round(40), round(160));

        Summary summary = Summary.of(peer, ours);

        assertThat(summary.ratio()).isEqualTo(0.8);
        assertThat(summary.rate()).isEqualTo(80);
        assertThat(summary.lowestRate()).isEqualTo(40);
        assertThat(summary.highestRate()).isEqualTo(160);
    }

    @Test
    void anEvenNumberOfRoundsHasTheMeanOfItsMiddleTwo() {
        assertThat(Summary.of(Samples.row("peer", round(10), round(30)), ours).rate())
                .isEqualTo(20);
    }

    @Test
    void oneRoundWithErrorsRefusesTheRow() {
        Row peer = Samples.row("peer", round(80), Samples.failing(3, "reset"), round(80));

        Summary summary = Summary.of(peer, ours);

        assertThat(summary.isValid()).isFalse();
        assertThat(summary.objection()).isEqualTo("3 failed operations: reset");
        assertThat(summary.ratio()).isNull();
    }

    @Test
    void aClientThatSetsThePaceRefusesTheRow() {
        Row peer = Samples.row("peer", Samples.measurement(80, 0.2, 1.9));

        assertThat(Summary.of(peer, ours).objection())
                .isEqualTo("the client was the bottleneck: it used 1.9 processors, the server 0.2");
    }

    @Test
    void aServerThatDidNotStartRefusesTheRow() {
        Row peer = Samples.row("peer");
        peer.fail("the server did not start: no such file");

        assertThat(Summary.of(peer, ours).objection()).isEqualTo("the server did not start: no such file");
    }

    @Test
    void nothingIsComparedWithARefusedRow() {
        Row refused = Samples.row("ours", Samples.failing(1, "reset"));

        assertThat(Summary.of(Samples.row("peer", round(80)), refused).ratio()).isNull();
    }
}
