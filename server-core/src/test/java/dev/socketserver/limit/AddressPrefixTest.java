package dev.socketserver.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as one source. */
@Timeout(60)
class AddressPrefixTest {
    private static AddressPrefix prefix(String address, int length) throws Exception {
        return AddressPrefix.of(InetAddress.getByName(address), length);
    }

    @ParameterizedTest
    @CsvSource({
        "255.255.255.255, 0, 0.0.0.0/0",
        "255.255.255.255, 1, 128.0.0.0/1",
        "255.255.255.255, 8, 255.0.0.0/8",
        "255.255.255.255, 23, 255.255.254.0/23",
        "255.255.255.255, 31, 255.255.255.254/31",
        "255.255.255.255, 32, 255.255.255.255/32",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 0, 0:0:0:0:0:0:0:0/0",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 1, 8000:0:0:0:0:0:0:0/1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 48, ffff:ffff:ffff:0:0:0:0:0/48",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 63, ffff:ffff:ffff:fffe:0:0:0:0/63",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 64, ffff:ffff:ffff:ffff:0:0:0:0/64",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 65, ffff:ffff:ffff:ffff:8000:0:0:0/65",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 127, ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 128, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"
    })
    void theBitsAfterThePrefixAreCleared(String address, int length, String expected) throws Exception {
        AddressPrefix prefix = prefix(address, length);
        assertThat(prefix).hasToString(expected);
        assertThat(prefix.length()).isEqualTo(length);
        assertThat(prefix.isIpv4()).isEqualTo(address.contains("."));
        assertThat(AddressPrefix.of(prefix.network(), length)).isEqualTo(prefix);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, -1, 32", "192.0.2.1, 33, 32", "::1, -1, 128", "::1, 129, 128"})
    void aLengthThatTheAddressDoesNotHaveIsRefused(String address, int length, int most) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> prefix(address, length))
                .withMessage("prefix length must be 0 to " + most + ": " + length);
    }

    @Test
    void prefixesAreEqualIfTheirBitsAre() throws Exception {
        assertThat(prefix("2001:db8::1", 64))
                .isEqualTo(prefix("2001:db8::2", 64))
                .hasSameHashCodeAs(prefix("2001:db8::2", 64))
                .isNotEqualTo(prefix("2001:db8:0:1::1", 64))
                .isNotEqualTo(prefix("2001:db8::", 63))
                .isNotEqualTo("text");
        assertThat(prefix("2001:db8::1", 64).hashCode())
                .isNotEqualTo(prefix("2001:db8:0:1::1", 64).hashCode());
        assertThat(prefix("2001:db8::1", 128)).isNotEqualTo(prefix("2001:db8::2", 128));
        assertThat(prefix("0.0.0.0", 0)).isNotEqualTo(prefix("::", 0));
        assertThat(prefix("0.0.0.0", 32)).isNotEqualTo(prefix("::", 32));
        assertThat(prefix("192.0.2.1", 32))
                .isEqualTo(prefix("::ffff:192.0.2.1", 32))
                .isNotEqualTo(prefix("::192.0.2.1", 128))
                .isNotEqualTo(prefix("192.0.2.2", 32));
    }

    @Test
    void theLengthIsThatOfTheAddressFamily() throws Exception {
        var lengths = new PrefixLengths(24, 56);
        assertThat(lengths.prefixOf(InetAddress.getByName("192.0.2.1"))).hasToString("192.0.2.0/24");
        assertThat(lengths.prefixOf(InetAddress.getByName("2001:db8:0:1ff::1")))
                .hasToString("2001:db8:0:100:0:0:0:0/56");
        assertThat(PrefixLengths.DEFAULT).isEqualTo(new PrefixLengths(32, 64));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 64, ipv4 must be 1 to 32: 0",
        "33, 64, ipv4 must be 1 to 32: 33",
        "32, 0, ipv6 must be 1 to 128: 0",
        "32, 129, ipv6 must be 1 to 128: 129"
    })
    void lengthsThatNoAddressHasAreRefused(int ipv4, int ipv6, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PrefixLengths(ipv4, ipv6))
                .withMessage(message);
        assertThat(new PrefixLengths(1, 1)).isNotEqualTo(new PrefixLengths(32, 128));
    }
}
