package dev.socketserver.spring;

import dev.socketserver.BaseServer;
import dev.socketserver.Server;
import dev.socketserver.ServerGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * The servers among the beans of a context, by the names of the beans, in the order of their definitions. Immutable.
 *
 * @param groups the groups
 * @param single the servers that are in no group
 */
record ServerBeans(Map<String, ServerGroup> groups, Map<String, BaseServer<?>> single) {
    static ServerBeans in(ListableBeanFactory beans) {
        Map<String, ServerGroup> groups = beans.getBeansOfType(ServerGroup.class, false, true);
        Map<String, BaseServer<?>> single = new LinkedHashMap<>();
        beans.getBeansOfType(Server.class, false, true).forEach((name, bean) -> {
            if (bean instanceof BaseServer<?> server
                    && groups.values().stream()
                            .noneMatch(group -> group.servers().contains(server))) {
                single.put(name, server);
            }
        });
        return new ServerBeans(groups, single);
    }

    /** Returns all servers, those of the groups first. */
    List<BaseServer<?>> all() {
        List<BaseServer<?>> servers = new ArrayList<>();
        groups.values().forEach(group -> servers.addAll(group.servers()));
        servers.addAll(single.values());
        return servers;
    }
}
