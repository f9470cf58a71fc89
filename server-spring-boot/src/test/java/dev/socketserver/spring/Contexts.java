package dev.socketserver.spring;

import org.springframework.boot.actuate.autoconfigure.health.HealthContributorAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.health.HealthEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Contexts with the automatic configuration, and what of Boot it meets in applications. */
final class Contexts {
    private Contexts() {}

    static AutoConfigurations main() {
        return AutoConfigurations.of(
                LifecycleAutoConfiguration.class,
                SslAutoConfiguration.class,
                SocketServerAutoConfiguration.class,
                SocketServerHealthAutoConfiguration.class,
                SocketServerMetricsAutoConfiguration.class);
    }

    /** Returns contexts whose servers listen on the loopback address, each on a port of its own. */
    static ApplicationContextRunner plain() {
        return new ApplicationContextRunner()
                .withPropertyValues("socketserver.host=127.0.0.1")
                .withConfiguration(main());
    }

    static ApplicationContextRunner withActuator() {
        return plain().withConfiguration(AutoConfigurations.of(
                HealthContributorAutoConfiguration.class,
                HealthEndpointAutoConfiguration.class,
                MetricsAutoConfiguration.class,
                SimpleMetricsExportAutoConfiguration.class,
                CompositeMeterRegistryAutoConfiguration.class));
    }
}
