package dev.socketserver.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.Inet6Address;
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
        "0.0.0.0/1, 127.255.255.255, true",
        "0.0.0.0/1, 128.0.0.0, false",
        "10.0.0.0/31, 10.0.0.1, true",
        "10.0.0.0/31, 10.0.0.2, false",
        "10.0.0.0/24, 10.0.0.255, true",
        "10.0.0.0/24, 10.0.1.0, false",
        "10.0.0.0/24, 10.1.0.0, false",
        "10.0.0.0/24, 11.0.0.0, false",
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
                "10.0.0.0//8",
                "10.0.0.0/8/8",
                "10.0.0.0/+8",
                "10.0.0.0/\u0668",
                " 10.0.0.0/8",
                "10.0.0.0/8 ",
                "10.0.0.0/4294967304",
                "0.0.0.1/31",
                "0.0.0.1/0",
                "128.0.0.0/0",
                "::1/127",
                "8000::/0",
                "2001:db8:0:0:8000::/64",
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
    void aRangeHasNoScope() throws Exception {
        byte[] local = InetAddress.getByName("fe80::1").getAddress();
        var scoped = new Cidr(Inet6Address.getByAddress(null, local, 1), 128);
        assertThat(scoped).hasToString("fe80:0:0:0:0:0:0:1/128").isEqualTo(Cidr.parse(scoped.toString()));
        assertThat(scoped.contains(Inet6Address.getByAddress(null, local, 2))).isTrue();
    }

    @Test
    void aRangeIsWrittenAsItIsRead() {
        assertThat(Cidr.parse("10.0.0.0/8")).hasToString("10.0.0.0/8");
        assertThat(Cidr.parse("10.1.2.3")).hasToString("10.1.2.3/32");
        assertThat(Cidr.parse("0.0.0.0/0")).hasToString("0.0.0.0/0");
        assertThat(Cidr.parse("fd00::/8")).hasToString("fd00:0:0:0:0:0:0:0/8");
        assertThat(Cidr.parse("::1")).hasToString("0:0:0:0:0:0:0:1/128");
        assertThat(Cidr.parse("::1/128")).isEqualTo(Cidr.parse("::1"));
        assertThat(Cidr.parse("10.1.2.3/32")).isEqualTo(Cidr.parse("10.1.2.3"));
    }

    @Test
    void aPrefixThatDoesNotFitIsRefusedWithItsBounds() throws Exception {
        InetAddress v4 = InetAddress.getByName("10.0.0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Cidr(v4, -1))
                .withMessage("prefixLength of 10.0.0.0 must be 0 to 32: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cidr.parse("10.0.0.0/33"))
                .withMessage("prefixLength of 10.0.0.0 must be 0 to 32: 33");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cidr.parse("::/129"))
                .withMessage("prefixLength of 0:0:0:0:0:0:0:0 must be 0 to 128: 129");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cidr.parse("10.0.0.0/6"))
                .withMessage("10.0.0.0 has bits set after the first 6");
        assertThat(new Cidr(v4, 7).contains(v4)).isTrue();
    }

    @Test
    void anEmptyListOfProxiesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(ProxyProtocol::trusting)
                .withMessageContaining("trusted must not be empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProxyProtocol(List.of(Cidr.parse("::1")), Duration.ZERO))
                .withMessage("headerTimeout must be positive: PT0S");
        Duration longest = Duration.ofNanos(Long.MAX_VALUE);
        assertThat(new ProxyProtocol(List.of(Cidr.parse("::1")), longest).headerTimeout())
                .isEqualTo(longest);
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
