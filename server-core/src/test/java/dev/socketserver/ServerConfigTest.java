package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.socketserver.limit.AccessList;
import dev.socketserver.limit.AtLimit;
import dev.socketserver.limit.RateLimit;
import dev.socketserver.limit.SourceLimits;
import dev.socketserver.net.Cidr;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.net.Tls;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ServerConfigTest {
    private static final Duration NEGATIVE = Duration.ofNanos(-1);
    private static final Duration TOO_LONG = Duration.ofNanos(Long.MAX_VALUE).plusNanos(1);

    private static final class NamedExecutor implements Executor {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public String toString() {
            return "an executor of the test";
        }
    }

    private static Arguments refused(UnaryOperator<ServerConfig.Builder> change, String message) {
        return arguments(message, change);
    }

    static Stream<Arguments> badValues() {
        return Stream.of(
                refused(b -> b.port(-1), "port must be 0 to 65535: -1"),
                refused(b -> b.port(65_536), "port must be 0 to 65535: 65536"),
                refused(
                        b -> b.address(InetSocketAddress.createUnresolved("no.such.host", 80)),
                        "address cannot be resolved: no.such.host/<unresolved>:80"),
                refused(b -> b.name(" "), "name must not be blank:  "),
                refused(b -> b.backlog(0), "backlog must be at least 1: 0"),
                refused(b -> b.maxConnections(-1), "maxConnections must be at least 0: -1"),
                refused(b -> b.selectors(-1), "selectors must be at least 0: -1"),
                refused(
                        b -> b.engine(Engine.SELECTING).executor(new NamedExecutor()),
                        "engine SELECTING needs an elastic thread pool: an executor of the test"),
                refused(b -> b.idleTimeout(NEGATIVE), "idleTimeout must not be negative: PT-0.000000001S"),
                refused(b -> b.idleAfter(NEGATIVE), "idleAfter must not be negative: PT-0.000000001S"),
                refused(b -> b.readTimeout(NEGATIVE), "readTimeout must not be negative: PT-0.000000001S"),
                refused(b -> b.messageTimeout(NEGATIVE), "messageTimeout must not be negative: PT-0.000000001S"),
                refused(b -> b.writeTimeout(NEGATIVE), "writeTimeout must not be negative: PT-0.000000001S"),
                refused(b -> b.shutdownGrace(NEGATIVE), "shutdownGrace must not be negative: PT-0.000000001S"),
                refused(b -> b.minReadRate(-1), "minReadRate must be at least 0: -1"),
                refused(b -> b.minWriteRate(-1), "minWriteRate must be at least 0: -1"),
                refused(b -> b.idleTimeout(TOO_LONG), "idleTimeout must be at most 292 years: " + TOO_LONG),
                refused(b -> b.shutdownGrace(TOO_LONG), "shutdownGrace must be at most 292 years: " + TOO_LONG),
                refused(b -> b.readBufferSize(31), "readBufferSize must be at least 32: 31"),
                refused(b -> b.maxUnread(0), "maxUnread must be at least 1: 0"),
                refused(b -> b.writeBufferSize(31), "writeBufferSize must be at least 32: 31"),
                refused(b -> b.maxDatagramSize(0), "maxDatagramSize must be 1 to 65535: 0"),
                refused(b -> b.maxDatagramSize(65_536), "maxDatagramSize must be 1 to 65535: 65536"),
                refused(b -> b.maxAmplification(-1), "maxAmplification must be at least 0: -1"),
                refused(b -> b.receiveBufferSize(-1), "receiveBufferSize must be at least 0: -1"),
                refused(
                        b -> b.socketOption(StandardSocketOptions.SO_RCVBUF, 1),
                        "socketOption SO_RCVBUF is called receiveBufferSize"),
                refused(
                        b -> b.socketOption(StandardSocketOptions.SO_REUSEPORT, true),
                        "socketOption SO_REUSEPORT is called reusePort"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badValues")
    void aBadValueIsRefusedWithItsNameAndValue(String message, UnaryOperator<ServerConfig.Builder> change) {
        assertThatThrownBy(() -> change.apply(ServerConfig.builder()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @SuppressWarnings("NullAway") // on purpose: what a caller without null checks may do
    static Stream<Arguments> missingValues() {
        return Stream.of(
                refused(b -> b.address(null), "address"),
                refused(b -> b.name(null), "name"),
                refused(b -> b.pool(null), "pool"),
                refused(b -> b.atLimit(null), "atLimit"),
                refused(b -> b.engine(null), "engine"),
                refused(b -> b.listener(null), "listener"),
                refused(b -> b.idleTimeout(null), "idleTimeout"),
                refused(b -> b.idleAfter(null), "idleAfter"),
                refused(b -> b.readTimeout(null), "readTimeout"),
                refused(b -> b.messageTimeout(null), "messageTimeout"),
                refused(b -> b.writeTimeout(null), "writeTimeout"),
                refused(b -> b.shutdownGrace(null), "shutdownGrace"),
                refused(b -> b.socketPermissions(null), "socketPermissions"),
                refused(b -> b.socketOption(StandardSocketOptions.SO_BROADCAST, null), "SO_BROADCAST"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("missingValues")
    void aMissingValueIsNamed(String option, UnaryOperator<ServerConfig.Builder> change) {
        assertThatThrownBy(() -> change.apply(ServerConfig.builder()).build())
                .isInstanceOf(NullPointerException.class)
                .hasMessage(option);
    }

    @Test
    void theLimitsThemselvesAreAllowed() {
        ServerConfig config = ServerConfig.builder()
                .port(65_535)
                .backlog(1)
                .idleTimeout(Duration.ZERO)
                .readTimeout(Duration.ofNanos(Long.MAX_VALUE))
                .shutdownGrace(Duration.ZERO)
                .readBufferSize(32)
                .writeBufferSize(32)
                .maxDatagramSize(65_535)
                .build();
        assertThat(config.address()).isEqualTo(new InetSocketAddress(65_535));
    }

    @Test
    void aBuilderOfAConfigurationKeepsEveryOption() throws Exception {
        ElasticThreadPool executor = new ElasticThreadPool(PoolConfig.defaults());
        executor.close();
        ServerConfig config = ServerConfig.builder()
                .address(UnixDomainSocketAddress.of("x.sock"))
                .name("other")
                .backlog(7)
                .maxConnections(70)
                .atLimit(AtLimit.REFUSE)
                .sourceLimits(SourceLimits.builder().maxConnections(5).build())
                .accessList(new AccessList(List.of(), List.of(Cidr.parse("192.0.2.0/24"))))
                .reuseAddress(false)
                .reusePort(true)
                .pool(PoolConfig.builder().maxWorkers(9).build())
                .engine(Engine.SELECTING)
                .selectors(2)
                .inheritedSocket(true)
                .executor(executor)
                .awaitFirstByte(true)
                .framing(Framing.lines(9))
                .proxyProtocol(ProxyProtocol.trusting("127.0.0.1"))
                .acceptRate(RateLimit.perSecond(8))
                .drainDelay(Duration.ofSeconds(5))
                .listener(new ServerListener() {})
                .mdc(true)
                .tls(Tls.of(SSLContext.getDefault()))
                .idleAfter(Duration.ofMillis(500))
                .idleTimeout(Duration.ofSeconds(1))
                .readTimeout(Duration.ofSeconds(2))
                .messageTimeout(Duration.ofSeconds(9))
                .writeTimeout(Duration.ofSeconds(3))
                .shutdownGrace(Duration.ofSeconds(4))
                .readBufferSize(100)
                .maxUnread(150)
                .writeBufferSize(200)
                .minReadRate(550)
                .minWriteRate(600)
                .outboundLimit(500)
                .outboundPolicy(OutboundPolicy.DROP_OLDEST)
                .tcpNoDelay(false)
                .socketPermissions(Set.of(PosixFilePermission.OWNER_READ))
                .maxDatagramSize(300)
                .maxAmplification(3)
                .receiveBufferSize(400)
                .socketOption(StandardSocketOptions.SO_BROADCAST, true)
                .build();
        assertThat(options(config)).as("every option is set").doesNotContainValue(null);
        assertThat(options(config.toBuilder().build())).isEqualTo(options(config));
    }

    /** Returns the values of all options by their names. */
    private static Map<String, Object> options(ServerConfig config) throws ReflectiveOperationException {
        Map<String, Object> options = new HashMap<>();
        for (Field option : ServerOptions.class.getDeclaredFields()) {
            if (!option.isSynthetic() && !Modifier.isStatic(option.getModifiers())) {
                options.put(
                        option.getName(),
                        ServerConfig.class.getMethod(option.getName()).invoke(config));
            }
        }
        return options;
    }

    @Test
    void aConfigurationDoesNotChangeWithTheSetThatItWasMadeOf() {
        EnumSet<PosixFilePermission> permissions = EnumSet.of(PosixFilePermission.OWNER_WRITE);
        ServerConfig config =
                ServerConfig.builder().socketPermissions(permissions).build();
        permissions.add(PosixFilePermission.OTHERS_WRITE);
        assertThat(config.socketPermissions()).containsExactly(PosixFilePermission.OWNER_WRITE);
    }
}
