package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** For how long a thread may wait for a peer that sends or takes little. */
@Timeout(60)
class PeerPaceTest {
    private static final long GRACE = TimeUnit.SECONDS.toNanos(60);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);
    private static final int LEAST = 240;

    private final PeerPace pace = new PeerPace(PeerPace.Way.SENDING, LEAST);

    @Test
    void theyMayWaitForTheGraceInAnyCase() {
        assertThat(pace.left(GRACE)).isEqualTo(GRACE);
        pace.waited(GRACE - 1);
        assertThat(pace.left(GRACE)).isEqualTo(1);
        pace.waited(1);
        assertThat(pace.left(GRACE)).isZero();
    }

    @Test
    void theyMayWaitASecondLongerForAsManyBytesAsMakeTheRate() {
        pace.waited(GRACE);
        pace.moved(LEAST);
        assertThat(pace.left(GRACE)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
        pace.moved(LEAST / 4);
        assertThat(pace.left(GRACE)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1250));
    }

    @Test
    void aPeerThatTakesLessThanTheRateComesToItsEnd() {
        for (int second = 0; second < 120; second++) {
            pace.waited(TimeUnit.SECONDS.toNanos(1));
            pace.moved(LEAST / 2);
        }
        assertThat(pace.left(GRACE)).isZero();
    }

    @Test
    void aPeerThatTakesTheRateNeverComesToItsEnd() {
        for (int second = 0; second < 100_000; second++) {
            pace.waited(TimeUnit.SECONDS.toNanos(1));
            pace.moved(LEAST);
        }
        assertThat(pace.left(GRACE)).isEqualTo(GRACE);
    }

    @Test
    void aTerabyteIsNoMistake() {
        pace.moved(1L << 40);
        assertThat(pace.left(GRACE)).isGreaterThan(GRACE);
    }

    @Test
    void theyMayWaitForAsLongAsTheyWantWithoutARate() {
        var any = new PeerPace(PeerPace.Way.ACCEPTING, 0);
        any.waited(2 * GRACE);
        assertThat(any.left(GRACE)).isEqualTo(Long.MAX_VALUE);
        assertThat(pace.left(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aPeerIsNotSlowBeforeWritesHaveWaitedForThePatience() {
        pace.waited(PATIENCE - 1);
        assertThat(pace.isSlow(PATIENCE)).isFalse();
        assertThat(pace.untilLook(PATIENCE)).isEqualTo(1);
        pace.waited(1);
        assertThat(pace.isSlow(PATIENCE)).isTrue();
    }

    @Test
    void aPeerIsSlowByWhatItTookSinceTheLastLook() {
        pace.waited(PATIENCE);
        pace.moved(1_000_000);
        assertThat(pace.isSlow(PATIENCE)).isFalse();
        assertThat(pace.untilLook(PATIENCE)).isEqualTo(PATIENCE);
        pace.waited(PATIENCE);
        pace.moved(PeerPace.SLOW_SENDER - 1);
        assertThat(pace.isSlow(PATIENCE)).isTrue();
        pace.waited(PATIENCE);
        pace.moved(PeerPace.SLOW_SENDER);
        assertThat(pace.isSlow(PATIENCE)).isFalse();
    }
}
