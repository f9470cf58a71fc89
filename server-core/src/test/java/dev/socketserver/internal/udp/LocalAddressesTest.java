package dev.socketserver.internal.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LocalAddressesTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE); // and soon over it
    private final AtomicInteger questions = new AtomicInteger();
    private final List<InetAddress> present = new ArrayList<>();
    private final LocalAddresses addresses = new LocalAddresses(
            () -> {
                questions.incrementAndGet();
                return present.stream();
            },
            clock::get);

    private static InetAddress address(int last) throws Exception {
        return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) last});
    }

    @Test
    void aFloodAsksTheSystemOnceAndAChangeIsSeenAfterAWhile() throws Exception {
        present.add(address(1));
        for (int i = 1; i < 100; i++) {
            assertThat(addresses.contains(address(i))).isEqualTo(i == 1);
        }
        present.set(0, address(2));
        clock.addAndGet(LocalAddresses.LIFETIME.toNanos());
        assertThat(addresses.contains(address(2))).isFalse();
        assertThat(questions).hasValue(1);
        clock.incrementAndGet();
        assertThat(addresses.contains(address(2))).isTrue();
        assertThat(addresses.contains(address(1))).isFalse();
        assertThat(questions).hasValue(2);
    }

    @Test
    void loopbackAndWildcardNeedNoQuestion() throws Exception {
        assertThat(addresses.contains(InetAddress.getLoopbackAddress())).isTrue();
        assertThat(addresses.contains(InetAddress.getByAddress(new byte[16]))).isTrue();
        assertThat(questions).hasValue(0);
    }

    @Test
    void thoseOfThisMachineAreFoundAndASystemThatDoesNotTellHasNone() throws Exception {
        assertThat(new LocalAddresses().contains(address(1))).isFalse();
        assertThat(new LocalAddresses(
                                () -> {
                                    throw new SocketException("says the test");
                                },
                                clock::get)
                        .contains(address(1)))
                .isFalse();
    }
}
