package dev.socketserver.spring;

import dev.socketserver.ServerConfig;
import dev.socketserver.pool.WorkerKind;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.Environment;

/** Configures servers by properties, and has the context start and drain those that are beans. */
@AutoConfiguration(after = SslAutoConfiguration.class)
@EnableConfigurationProperties({SocketServerProperties.class, LifecycleProperties.class})
public final class SocketServerAutoConfiguration {
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    SocketServerAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ServerConfigs serverConfigs(
            Environment environment,
            ObjectProvider<SslBundles> bundles,
            ObjectProvider<ServerConfigCustomizer> customizers) {
        return ServerConfigs.of(
                Binder.get(environment),
                bundles.getIfAvailable(DefaultSslBundleRegistry::new),
                workers(environment),
                customizers.orderedStream().toList());
    }

    /** Returns the kind of threads that Boot itself uses. */
    private static WorkerKind workers(Environment environment) {
        boolean virtual = environment.getProperty("spring.threads.virtual.enabled", boolean.class, false);
        return virtual && Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS
                ? WorkerKind.VIRTUAL
                : WorkerKind.PLATFORM;
    }

    /** Returns a new builder to whoever asks, who may change it. */
    @Bean
    @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
    @ConditionalOnMissingBean
    ServerConfig.Builder serverConfigBuilder(ServerConfigs configs) {
        return configs.builder();
    }

    @Bean
    @Conditional(OnServerCondition.class)
    ServerLifecycle socketServerLifecycle(
            ListableBeanFactory beans, ApplicationEventPublisher events, LifecycleProperties lifecycle) {
        return new ServerLifecycle(beans, events, lifecycle.getTimeoutPerShutdownPhase());
    }
}
