package dev.socketserver.spring;

import dev.socketserver.BaseServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Shows the health of the servers that are beans, if there is the Actuator: each by the name of its bean, those of a
 * group by their own names below that of the group.
 */
@AutoConfiguration(after = SocketServerAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@Conditional(OnServerCondition.class)
public final class SocketServerHealthAutoConfiguration {
    SocketServerHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnEnabledHealthIndicator("socketserver")
    @ConditionalOnMissingBean(name = {"socketServerHealthIndicator", "socketServerHealthContributor"})
    HealthContributor socketServerHealthContributor(ListableBeanFactory beans) {
        ServerBeans servers = ServerBeans.in(beans);
        Map<String, HealthContributor> parts = new LinkedHashMap<>();
        servers.groups().forEach((bean, group) -> put(parts, bean, group(group.servers())));
        servers.single().forEach((bean, server) -> put(parts, bean, new ServerHealthIndicator(server)));
        return CompositeHealthContributor.fromMap(parts);
    }

    /** Returns the health of servers by their names. */
    static HealthContributor group(List<BaseServer<?>> servers) {
        Map<String, HealthContributor> parts = new LinkedHashMap<>();
        for (BaseServer<?> server : servers) {
            put(parts, server.name(), new ServerHealthIndicator(server));
        }
        return CompositeHealthContributor.fromMap(parts);
    }

    /** Adds a part by its name, without slashes, which separate names in a path, and numbered if there is another. */
    private static void put(Map<String, HealthContributor> parts, String of, HealthContributor part) {
        String name = of.replace('/', '_');
        String free = name;
        for (int number = 2; parts.containsKey(free); number++) {
            free = name + "-" + number;
        }
        parts.put(free, part);
    }
}
