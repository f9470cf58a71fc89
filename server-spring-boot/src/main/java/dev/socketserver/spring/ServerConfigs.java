package dev.socketserver.spring;

import dev.socketserver.ServerConfig;
import dev.socketserver.net.Tls;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundles;

/**
 * The configurations of servers that properties describe. All values are checked when the context is created: those of
 * all servers together with those of each one, if any is named. A bean of the context; thread-safe.
 */
public final class ServerConfigs {
    /** The properties below a prefix, and the TLS that is made of them. */
    private record Layer(
            String prefix,
            SocketServerProperties properties,
            @Nullable Tls tls) {}

    private final WorkerKind workers;
    private final Layer all;
    private final Map<String, Layer> servers = new HashMap<>();
    private final List<ServerConfigCustomizer> customizers;

    private ServerConfigs(
            SocketServerProperties all,
            Map<String, SocketServerProperties> servers,
            SslBundles bundles,
            WorkerKind workers,
            List<ServerConfigCustomizer> customizers) {
        this.workers = workers;
        this.customizers = customizers;
        this.all = layer(SocketServerProperties.PREFIX, all, bundles);
        if (servers.isEmpty()) {
            configure(null);
        }
        servers.forEach((name, properties) -> {
            this.servers.put(name, layer(SocketServerProperties.SERVERS + "." + name, properties, bundles));
            configure(name);
        });
    }

    /**
     * Returns the configurations that properties describe.
     *
     * @param bundles where the certificates are
     * @param workers the kind of workers if no property is about it
     * @param customizers are called for each configuration, in this order
     */
    static ServerConfigs of(
            Binder properties, SslBundles bundles, WorkerKind workers, List<ServerConfigCustomizer> customizers) {
        return new ServerConfigs(
                properties.bindOrCreate(SocketServerProperties.PREFIX, SocketServerProperties.class),
                properties
                        .bind(
                                SocketServerProperties.SERVERS,
                                Bindable.mapOf(String.class, SocketServerProperties.class))
                        .orElse(Map.of()),
                bundles,
                workers,
                customizers);
    }

    private static Layer layer(String prefix, SocketServerProperties properties, SslBundles bundles) {
        SslProperties ssl = properties.ssl();
        return new Layer(prefix, properties, ssl == null ? null : ssl.tls(prefix + ".ssl", bundles));
    }

    /** Returns the options that {@code socketserver.*} sets, with every other one at its default. */
    public ServerConfig.Builder builder() {
        return customized(configure(null));
    }

    /**
     * Returns the options that {@code socketserver.*} sets, except for those that {@code socketserver.servers.NAME.*}
     * does. The server's name is the one given here, that of its pool is {@code NAME-worker}, if there are no
     * properties for them.
     */
    public ServerConfig.Builder builder(String name) {
        return customized(configure(name));
    }

    private ServerConfig.Builder customized(ServerConfig.Builder options) {
        customizers.forEach(customizer -> customizer.customize(options));
        return options;
    }

    private ServerConfig.Builder configure(@Nullable String name) {
        ServerConfig.Builder options = ServerConfig.builder();
        PoolConfig.Builder pool = PoolConfig.builder().workerKind(workers);
        List<Checked.Source> pools = new ArrayList<>();
        set(all, options, pool, pools);
        if (name != null) {
            options.name(name);
            pool.name(name + "-" + PoolConfig.DEFAULT_NAME);
            Layer own = servers.get(name);
            if (own != null) {
                set(own, options, pool, pools);
            }
        }
        return options.pool(Checked.of(pools, pool::build));
    }

    /** Sets the options of a layer. Those of the pool are checked with the last one: together they may be allowed. */
    private void set(Layer layer, ServerConfig.Builder options, PoolConfig.Builder pool, List<Checked.Source> pools) {
        layer.properties.applyTo(layer.prefix, options, all.properties.host());
        if (layer.tls != null) {
            options.tls(layer.tls);
        }
        PoolProperties own = layer.properties.pool();
        if (own != null) {
            own.applyTo(pool);
            pools.add(new Checked.Source(layer.prefix + ".pool", own));
        }
    }
}
