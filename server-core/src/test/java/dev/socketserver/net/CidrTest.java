package dev.socketserver.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges of addresses, and who is trusted. */
@Timeout(60)
class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "192.168.4.0/23, 192.168.5.255, true",
        "192.168.4.0/23, 192.168.6.0, false",
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "fd00::/8, fdff::1, true",
        "fd00::/8, fe00::1, false",
        "2001:db8::/33, 2001:db8:7fff::, true",
        "2001:db8::/33, 2001:db8:8000::, false",
        "::/0, ::1, true",
        "::/0, 127.0.0.1, false",
        "::1, ::1, true"
    })
    void aRangeContainsWhatBeginsLikeIt(String range, String address, boolean contained) throws Exception {
        assertThat(Cidr.parse(range).contains(InetAddress.getByName(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/x",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.1/8",
                "10.0.0/8",
                "10.0.0.256",
                "010.0.0.0/8",
                "localhost",
                "localhost/8",
                "fd00::/129",
                "fd00::1/8",
                "fd00::g",
                "dead.beef",
                ":",
                "1:2:3"
            })
    void whatIsNoRangeIsRefusedWithoutAskingANameServer(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text));
    }

    @Test
    void aRangeIsWrittenAsItIsRead() {
        assertThat(Cidr.parse("10.0.0.0/8")).hasToString("10.0.0.0/8");
        assertThat(Cidr.parse("10.1.2.3")).hasToString("10.1.2.3/32");
    }

    @Test
    void anEmptyListOfProxiesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(ProxyProtocol::trusting)
                .withMessageContaining("trusted must name the proxies");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProxyProtocol(List.of(Cidr.parse("::1")), Duration.ZERO))
                .withMessage("headerTimeout must be positive: PT0S");
        Duration tooLong = Duration.ofNanos(Long.MAX_VALUE).plusNanos(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProxyProtocol(List.of(Cidr.parse("::1")), tooLong))
                .withMessage("headerTimeout must be at most 292 years: " + tooLong);
    }

    private static InetSocketAddress socket(String address) {
        return new InetSocketAddress(Cidr.parse(address).network(), 1);
    }

    @Test
    void onlySendersWithAnAddressInARangeAreTrusted() {
        ProxyProtocol rules = ProxyProtocol.trusting("10.0.0.0/8", "::1");
        assertThat(rules.trusts(socket("10.1.1.1"))).isTrue();
        assertThat(rules.trusts(socket("::1"))).isTrue();
        assertThat(rules.trusts(socket("127.0.0.1"))).isFalse();
        assertThat(rules.trusts(InetSocketAddress.createUnresolved("10.1.1.1", 1)))
                .isFalse();
        assertThat(rules.trusts(UnixDomainSocketAddress.of("socket"))).isFalse();
    }
}
