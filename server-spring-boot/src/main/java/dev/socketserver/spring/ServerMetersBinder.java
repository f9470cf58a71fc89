package dev.socketserver.spring;

import dev.socketserver.BaseServer;
import dev.socketserver.ServerMeters;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolMeters;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;

/**
 * Binds the meters of each server and of its pool to the registry when the server starts. A server that is started
 * again has a new pool, whose meters replace those of the one before. Thread-safe.
 */
final class ServerMetersBinder implements ApplicationListener<ServerStartedEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerMetersBinder.class);

    private final MeterRegistry registry;
    private final Map<Object, Set<Meter>> bound = new HashMap<>(); // guarded by this; by server or shared pool
    private final Map<BaseServer<?>, Set<Meter>> ownPools = new HashMap<>(); // guarded by this

    private volatile @Nullable Thread binding; // written under this: who binds meters, while others may add theirs
    private final Set<Meter> added = new HashSet<>(); // confined to that thread

    ServerMetersBinder(MeterRegistry registry) {
        this.registry = registry;
        registry.config().onMeterAdded(this::added);
    }

    @Override
    public synchronized void onApplicationEvent(ServerStartedEvent event) {
        BaseServer<?> server = event.server();
        bound.computeIfAbsent(server, key -> bind(server, new ServerMeters(server)));
        server.pool().ifPresent(pool -> {
            ownPools.getOrDefault(server, Set.of()).forEach(registry::remove);
            ownPools.put(server, bind(pool, new PoolMeters(pool)));
        });
        if (server.config().executor() instanceof ElasticThreadPool pool) {
            bound.computeIfAbsent(pool, key -> bind(pool, new PoolMeters(pool)));
        }
    }

    /** Binds meters and returns those that are new: a registry has one of each name and tags. */
    private Set<Meter> bind(Object subject, MeterBinder meters) {
        added.clear();
        binding = Thread.currentThread();
        try {
            meters.bindTo(registry);
        } finally {
            binding = null;
        }
        if (added.isEmpty()) {
            LOG.warn("{} has no meters, since there are those of another one with the same name", subject);
        }
        return Set.copyOf(added);
    }

    private void added(Meter meter) {
        if (binding == Thread.currentThread()) {
            added.add(meter);
        }
    }
}
