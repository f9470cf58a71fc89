package dev.socketserver.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.socketserver.Rejection;
import dev.socketserver.limit.AtLimit;
import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.peer.CapturedLog;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class RefusalLogTest {
    @RegisterExtension
    final CapturedLog written = new CapturedLog(RefusalLog.class);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // overflows in the course of the test
    private final RefusalLog log = new RefusalLog("server", now::get);
    private final LimitExceededException why = new LimitExceededException("full");

    private List<String> warnings() {
        return written.lines(Level.WARN);
    }

    private void refuse(Rejection reason, int times) {
        for (int i = 0; i < times; i++) {
            log.refused(reason, "peer", why);
        }
    }

    @Test
    void aThousandRefusalsAreOneLineAndTheNextMinutesLineSaysHowManyThereWere() {
        refuse(Rejection.LIMIT, 1000);
        now.addAndGet(RefusalLog.INTERVAL.toNanos() - 1);
        refuse(Rejection.LIMIT, 1);
        assertThat(warnings()).hasSize(1);
        now.addAndGet(1);
        refuse(Rejection.LIMIT, 1);
        assertThat(warnings())
                .containsExactly(
                        "server rejected 1 request(s) for LIMIT, most recently: " + why,
                        "server rejected 1001 request(s) for LIMIT, most recently: " + why);
    }

    @Test
    void eachReasonHasItsOwnLine() {
        refuse(Rejection.LIMIT, 10);
        refuse(Rejection.VERIFY, 10);
        assertThat(warnings()).hasSize(2);
    }

    @Test
    void thatTheLimitIsReachedIsALineAMinuteThatSaysWhatBecomesOfOthers() {
        log.limitReached(7, AtLimit.PAUSE);
        log.limitReached(7, AtLimit.PAUSE);
        refuse(Rejection.LIMIT, 1);
        now.addAndGet(RefusalLog.INTERVAL.toNanos());
        log.limitReached(7, AtLimit.REFUSE);
        String reached = "server has reached its limit of 7 connections ";
        assertThat(warnings())
                .containsExactly(
                        reached + "1 time(s): meanwhile, others wait (PAUSE)",
                        "server rejected 1 request(s) for LIMIT, most recently: " + why,
                        reached + "2 time(s): meanwhile, others are refused (REFUSE)");
    }
}
