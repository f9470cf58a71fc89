package dev.socketserver.spring;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Binds the meters of servers and of their pools, if there is a registry of Micrometer. */
@AutoConfiguration(
        after = SocketServerAutoConfiguration.class,
        afterName = "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
@Conditional(OnServerCondition.class)
public final class SocketServerMetricsAutoConfiguration {
    SocketServerMetricsAutoConfiguration() {}

    @Bean
    ServerMetersBinder socketServerMetersBinder(MeterRegistry registry) {
        return new ServerMetersBinder(registry);
    }
}
