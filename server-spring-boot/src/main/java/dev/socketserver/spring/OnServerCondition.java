package dev.socketserver.spring;

import dev.socketserver.Server;
import dev.socketserver.ServerGroup;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;

/** Matches if a server or a group of servers is a bean. */
final class OnServerCondition extends AnyNestedCondition {
    OnServerCondition() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    /** A server is a bean, which may be declared as no more than that. */
    @ConditionalOnBean(Server.class)
    static final class OnServer {}

    /** A group is. */
    @ConditionalOnBean(ServerGroup.class)
    static final class OnGroup {}
}
