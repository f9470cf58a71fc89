package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much memory relays hold for peers that do not read. */
@Timeout(60)
class RelayBufferTest {
    private static final int KIB = 1024;
    private static final long AMPLE = 4 * KIB * KIB; // with a heap of 32 MiB

    @Test
    void aBufferIsLargeWhileFewRelaysHoldOne() {
        assertThat(Relay.bufferSize(0, AMPLE)).isEqualTo(64 * KIB);
        assertThat(Relay.bufferSize(63, AMPLE)).isEqualTo(64 * KIB);
        assertThat(Relay.bufferSize(127, AMPLE)).isEqualTo(32 * KIB);
    }

    @Test
    void itIsNeverSmallerThanAPage() {
        assertThat(Relay.bufferSize(1_000_000, AMPLE)).isEqualTo(4 * KIB);
        assertThat(Relay.bufferSize(0, 1)).isEqualTo(4 * KIB);
    }

    @Test
    void aThousandPeersThatDoNotReadLeaveHalfOfTheMemory() {
        long held = IntStream.range(0, 1_000)
                .mapToLong(holding -> Relay.bufferSize(holding, AMPLE))
                .sum();
        assertThat(held).isLessThan(8 * AMPLE / 2);
    }
}
