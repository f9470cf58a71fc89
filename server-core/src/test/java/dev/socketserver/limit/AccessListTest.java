package dev.socketserver.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.net.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AccessListTest {
    private static List<Cidr> ranges(String... texts) {
        return Stream.of(texts).map(Cidr::parse).toList();
    }

    private static boolean admits(AccessList list, String address) throws Exception {
        return list.admits(InetAddress.getByName(address));
    }

    @Test
    void withoutAllowedOnesEveryoneMayComeWhoIsNotDenied() throws Exception {
        var list = new AccessList(List.of(), ranges("192.0.2.0/24", "2001:db8::/32"));
        assertThat(admits(list, "192.0.3.1")).isTrue();
        assertThat(admits(list, "2001:db9::1")).isTrue();
        assertThat(admits(list, "192.0.2.255")).isFalse();
        assertThat(admits(list, "2001:db8:ffff::1")).isFalse();
    }

    @Test
    void withAllowedOnesNoOthersMayComeAndTheDeniedOnesOfThemNeither() throws Exception {
        var list = new AccessList(ranges("10.0.0.0/8"), ranges("10.1.0.0/16"));
        assertThat(admits(list, "10.0.0.1")).isTrue();
        assertThat(admits(list, "10.1.0.1")).isFalse();
        assertThat(admits(list, "11.0.0.1")).isFalse();
        assertThat(admits(list, "::1")).isFalse();
        assertThat(list.allowed()).isEqualTo(ranges("10.0.0.0/8"));
    }

    @Test
    void replacingChangesBothListsAtOnce() throws Exception {
        var list = new AccessList(ranges("10.0.0.0/8"), List.of());
        list.replace(List.of(), ranges("10.0.0.0/8"));
        assertThat(admits(list, "10.0.0.1")).isFalse();
        assertThat(admits(list, "11.0.0.1")).isTrue();
        assertThat(list.allowed()).isEmpty();
        assertThat(list.denied()).isEqualTo(ranges("10.0.0.0/8"));
        assertThat(list).hasToString("AccessList[allowed=[], denied=[10.0.0.0/8]]");
    }
}
