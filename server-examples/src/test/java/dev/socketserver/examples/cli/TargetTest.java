package dev.socketserver.examples.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TargetTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:7, , 127.0.0.1",
        "tcp://127.0.0.1:7, TCP, 127.0.0.1",
        "TLS://127.0.0.1:7/, TLS, 127.0.0.1",
        "udp://[::1]:7, UDP, ::1",
        "[::1]:7, , ::1"
    })
    void aTargetHasASchemeAHostAndAPort(String text, Target.Scheme scheme, String host) {
        Target target = Target.parse(text);

        assertThat(target.scheme()).isEqualTo(Optional.ofNullable(scheme));
        assertThat(target.host()).isEqualTo(host);
        assertThat(target.addresses())
                .singleElement()
                .satisfies(address ->
                        assertThat(((InetSocketAddress) address).getPort()).isEqualTo(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:/run/a.sock", "unix:///run/a.sock"})
    void aUnixSocketHasAPath(String text) {
        assertThat(Target.parse(text).addresses()).containsExactly(UnixDomainSocketAddress.of("/run/a.sock"));
    }

    @Test
    void localhostHasBothFamilies() {
        assertThat(Target.parse("localhost:7").addresses())
                .extracting(
                        address -> ((InetSocketAddress) address).getAddress().getHostAddress())
                .contains("127.0.0.1", "0:0:0:0:0:0:0:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "host",
                ":7",
                "[::1]",
                "::1:7",
                "a:b:7",
                "127.0.0.1:0",
                "127.0.0.1:65536",
                "x://a:7",
                "unix:"
            })
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Target.parse(text));
    }

    @Test
    void theFirstAddressWithAServerIsTaken() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketAddress there = server.getLocalSocketAddress();
            var target = new Target(Optional.empty(), "two", List.of(unused(), there));

            assertThat(target.firstListening(LIMIT)).isEqualTo(there);
        }
    }

    @Test
    void theFirstAddressThatTakesDatagramsIsTaken() throws Exception {
        try (var server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            SocketAddress there = server.getLocalSocketAddress();
            var target = new Target(Optional.empty(), "two", List.of(unused(), there));

            assertThat(target.firstListening("ping".getBytes(US_ASCII))).isEqualTo(there);
        }
    }

    @Test
    void everyAddressThatRefusesIsNamed() throws Exception {
        InetSocketAddress first = unused();
        InetSocketAddress second = unused();

        assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> new Target(Optional.empty(), "two", List.of(first, second)).firstListening(LIMIT))
                .withMessage("cannot connect to %s: Connection refused; cannot connect to %s: Connection refused"
                        .formatted(AddressText.of(first), AddressText.of(second)));
    }

    private static InetSocketAddress unused() throws Exception {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), probe.getLocalPort());
        }
    }
}
