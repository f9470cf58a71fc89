package dev.socketserver.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.limit.AccessList;
import dev.socketserver.limit.AddressPrefix;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/** Any lines are ranges of addresses or are refused, and a range contains what arithmetic says. */
@Timeout(60)
class CidrFuzzTest {
    @FuzzTest
    void eachLineIsARangeOrIsRefusedAndAListAdmitsWhatItsRangesSay(FuzzedDataProvider data) throws Exception {
        InetAddress address = InetAddress.getByAddress(bytes(data, data.consumeBoolean() ? 4 : 16));
        int split = data.consumeInt(0, 8);
        List<Cidr> ranges = new ArrayList<>();
        for (String line : data.consumeRemainingAsString().lines().toList()) {
            Cidr range = parse(line);
            if (range != null) {
                check(range, address);
                ranges.add(range);
            }
        }
        List<Cidr> allowed = ranges.subList(0, Math.min(split, ranges.size()));
        List<Cidr> denied = ranges.subList(allowed.size(), ranges.size());
        boolean isAllowed = allowed.isEmpty() || allowed.stream().anyMatch(range -> range.contains(address));
        boolean isDenied = denied.stream().anyMatch(range -> range.contains(address));
        assertThat(new AccessList(allowed, denied).admits(address)).isEqualTo(isAllowed && !isDenied);
    }

    private static byte[] bytes(FuzzedDataProvider data, int count) {
        var bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = data.consumeByte();
        }
        return bytes;
    }

    private static @Nullable Cidr parse(String line) {
        try {
            return Cidr.parse(line);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageMatching("(?s).+"); // one that a user sees
            return null;
        }
    }

    private static void check(Cidr range, InetAddress address) {
        assertThat(Cidr.parse(range.toString())).isEqualTo(range);
        assertThat(range.contains(range.network())).isTrue();
        assertThat(range.contains(address)).isEqualTo(shifted(range, address).equals(shifted(range, range.network())));
        AddressPrefix prefix = AddressPrefix.of(range.network(), range.prefixLength());
        assertThat(prefix.network()).isEqualTo(range.network());
        if (address.getAddress().length == range.network().getAddress().length) {
            assertThat(AddressPrefix.of(address, range.prefixLength()).equals(prefix))
                    .isEqualTo(range.contains(address));
        }
    }

    /** Returns the bits that count, with the family of the address. */
    private static String shifted(Cidr range, InetAddress address) {
        byte[] bytes = address.getAddress();
        int rest = Math.max(0, bytes.length * Byte.SIZE - range.prefixLength());
        return bytes.length + ": " + new BigInteger(1, bytes).shiftRight(rest);
    }
}
