package dev.socketserver;

import dev.socketserver.internal.util.Log;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Finds the options that are set to other than their defaults and have no effect. They are not refused, so that servers
 * of several kinds can share one configuration. Stateless.
 */
final class UnusedOptions {
    /** The kinds of servers, as far as they differ in their options. */
    enum Kind {
        TCP,
        INHERITED_TCP,
        UNIX,
        UDP
    }

    private record Option(
            String name, Function<ServerConfig, Object> value, Set<Kind> kinds, Predicate<ServerConfig> isUsed) {
        boolean isIgnored(Kind kind, ServerConfig config) {
            return isSet(config) && !(kinds.contains(kind) && isUsed.test(config));
        }

        private boolean isSet(ServerConfig config) {
            return !Objects.equals(value.apply(config), value.apply(DEFAULTS));
        }
    }

    private static final Log LOG = Log.of(UnusedOptions.class);
    private static final ServerConfig DEFAULTS = ServerConfig.builder().build();
    private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);
    private static final Set<Kind> STREAMS = EnumSet.of(Kind.TCP, Kind.INHERITED_TCP, Kind.UNIX);
    private static final Set<Kind> NOT_INHERITED = EnumSet.of(Kind.TCP, Kind.UNIX, Kind.UDP);

    /** The options that some servers ignore; those that are missing here have an effect on all, or are refused. */
    private static final List<Option> OPTIONS = List.of(
            option("backlog", ServerConfig::backlog, EnumSet.of(Kind.TCP, Kind.UNIX)),
            option("atLimit", ServerConfig::atLimit, STREAMS),
            option("reuseAddress", ServerConfig::reuseAddress, EnumSet.of(Kind.TCP)),
            option("reusePort", ServerConfig::reusePort, EnumSet.of(Kind.TCP, Kind.UDP)),
            new Option("pool", UnusedOptions::unnamedPool, ALL, config -> config.executor() == null),
            new Option("selectors", ServerConfig::selectors, STREAMS, UnusedOptions::selects),
            new Option("awaitFirstByte", ServerConfig::awaitFirstByte, STREAMS, UnusedOptions::selects),
            option("idleAfter", ServerConfig::idleAfter, STREAMS),
            option("idleTimeout", ServerConfig::idleTimeout, STREAMS),
            option("readTimeout", ServerConfig::readTimeout, STREAMS),
            option("messageTimeout", ServerConfig::messageTimeout, STREAMS),
            option("minReadRate", ServerConfig::minReadRate, STREAMS),
            option("writeTimeout", ServerConfig::writeTimeout, STREAMS),
            option("minWriteRate", ServerConfig::minWriteRate, STREAMS),
            option("readBufferSize", ServerConfig::readBufferSize, STREAMS),
            option("maxUnread", ServerConfig::maxUnread, STREAMS),
            option("writeBufferSize", ServerConfig::writeBufferSize, STREAMS),
            option("outboundLimit", ServerConfig::outboundLimit, STREAMS),
            option("outboundPolicy", ServerConfig::outboundPolicy, STREAMS),
            option("tcpNoDelay", ServerConfig::tcpNoDelay, EnumSet.of(Kind.TCP, Kind.INHERITED_TCP)),
            option("socketPermissions", ServerConfig::socketPermissions, EnumSet.of(Kind.UNIX)),
            option("maxDatagramSize", ServerConfig::maxDatagramSize, EnumSet.of(Kind.UDP)),
            option("maxAmplification", ServerConfig::maxAmplification, EnumSet.of(Kind.UDP)),
            option("receiveBufferSize", ServerConfig::receiveBufferSize, NOT_INHERITED));

    private UnusedOptions() {}

    private static Option option(String name, Function<ServerConfig, Object> value, Set<Kind> kinds) {
        return new Option(name, value, kinds, config -> true);
    }

    /** Returns the pool's options except for its name, which alone is no wish for a pool. */
    private static PoolConfig unnamedPool(ServerConfig config) {
        return config.pool().toBuilder().name(PoolConfig.DEFAULT_NAME).build();
    }

    /** Returns whether connections wait in a selector, for which a configured executor has to be an elastic pool. */
    private static boolean selects(ServerConfig config) {
        return config.engine() != Engine.BLOCKING
                && (config.executor() == null || config.executor() instanceof ElasticThreadPool);
    }

    /** Returns the names of the options that some kind of server ignores. */
    static List<String> known() {
        return OPTIONS.stream().map(Option::name).toList();
    }

    /** Logs a warning that names the options that are set and have no effect on the server, if there are any. */
    static void warn(Server server, ServerConfig config, Kind kind) {
        List<String> unused = OPTIONS.stream()
                .filter(option -> option.isIgnored(kind, config))
                .map(Option::name)
                .toList();
        if (!unused.isEmpty()) {
            LOG.warn("{} ignores options that have no effect on it: {}", server, String.join(", ", unused));
        }
    }
}
