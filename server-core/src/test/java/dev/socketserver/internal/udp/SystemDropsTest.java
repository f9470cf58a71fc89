package dev.socketserver.internal.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tables of sockets as Linux writes them where the lowest byte of a word is first. */
@Timeout(60)
class SystemDropsTest {
    private static final String IPV4 = table(
            "00000000:1B5F 1", "0100007F:1B5F 20", "0100007F:1B5F 300", "0200007F:1B5F 4000", "0100007F:1B60 50000");

    private static final String IPV6 = table(
            "00000000000000000000000000000000:1B5F 6",
            "0000000000000000FFFF00000100007F:1B5F 70",
            "B80D0120000000000000000001000000:1B5F 800");

    /** Returns a table of sockets, of each of which are given the local address and how many it has dropped. */
    private static String table(String... sockets) {
        var table = new StringBuilder("   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"
                + "   uid  timeout inode ref pointer drops            \n");
        for (String socket : sockets) {
            table.append(" 1234: ")
                    .append(socket.replace(
                            " ",
                            " 00000000:0000 07 00000000:00000900 00:00000000 00000000  1000        0 21255 2"
                                    + " 0000000000000000 "))
                    .append('\n');
        }
        return table.toString();
    }

    @BeforeEach
    void onAMachineLikeThat() {
        assumeThat(ByteOrder.nativeOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    private static long sum(String table, String address) throws Exception {
        return SystemDrops.sum(new InetSocketAddress(InetAddress.getByName(address), 7007), table.lines());
    }

    @Test
    void theSocketsAtAnAddressAreSummed() throws Exception {
        assertThat(sum(IPV4, "127.0.0.1")).isEqualTo(320);
        assertThat(sum(IPV4, "127.0.0.2")).isEqualTo(4000);
        assertThat(sum(IPV4, "127.0.0.3")).isZero();
        assertThat(sum(IPV6, "2001:db8::100:0")).isZero();
        assertThat(sum(IPV6, "2001:db8::1")).isEqualTo(800);
    }

    @Test
    void allAddressesAreAnAddressOfBothKinds() throws Exception {
        assertThat(sum(IPV4, "0.0.0.0")).isEqualTo(1);
        assertThat(sum(IPV4, "::")).isEqualTo(1);
        assertThat(sum(IPV6, "0.0.0.0")).isEqualTo(6);
        assertThat(sum(IPV6, "::")).isEqualTo(6);
    }

    @Test
    void aSocketOfIpv6MayHaveAnAddressOfIpv4() throws Exception {
        assertThat(sum(IPV6, "127.0.0.1")).isEqualTo(70);
    }
}
