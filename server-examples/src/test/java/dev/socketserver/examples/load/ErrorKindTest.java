package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ErrorKindTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), ErrorKind.REFUSED),
                Arguments.of(new PortUnreachableException(), ErrorKind.REFUSED),
                Arguments.of(new ConnectException("Connection timed out"), ErrorKind.TIMEOUT),
                Arguments.of(new SocketTimeoutException("no answer"), ErrorKind.TIMEOUT),
                Arguments.of(new SocketException("Connection reset"), ErrorKind.RESET),
                Arguments.of(new IOException("Connection reset by peer"), ErrorKind.RESET),
                Arguments.of(new IOException("Broken pipe"), ErrorKind.RESET),
                Arguments.of(new EOFException(), ErrorKind.CLOSED_EARLY),
                Arguments.of(new WrongAnswerException("byte 3"), ErrorKind.WRONG_BYTES),
                Arguments.of(new BindException("Address already in use"), ErrorKind.NO_PORTS),
                Arguments.of(new NoRouteToHostException("Cannot assign requested address"), ErrorKind.NO_PORTS),
                Arguments.of(new ConnectException("Cannot assign requested address"), ErrorKind.NO_PORTS),
                Arguments.of(new NoRouteToHostException("No route to host"), ErrorKind.UNREACHABLE),
                Arguments.of(new SocketException("Network is unreachable"), ErrorKind.UNREACHABLE),
                Arguments.of(new SocketException("Too many open files"), ErrorKind.NO_DESCRIPTORS),
                Arguments.of(new IOException("whatever"), ErrorKind.OTHER),
                Arguments.of(new IOException(), ErrorKind.OTHER));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failuresAreToldApart(IOException failure, ErrorKind kind) {
        assertThat(ErrorKind.of(failure)).isEqualTo(kind);
    }
}
