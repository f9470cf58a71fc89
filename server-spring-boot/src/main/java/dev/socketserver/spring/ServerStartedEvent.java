package dev.socketserver.spring;

import dev.socketserver.BaseServer;
import org.springframework.context.ApplicationEvent;

/** Published when a server that is a bean was started by the context: it is bound, and accepts. */
public final class ServerStartedEvent extends ApplicationEvent {
    private static final long serialVersionUID = 1;

    /** Creates the event of a server. */
    ServerStartedEvent(BaseServer<?> server) {
        super(server);
    }

    /** Returns the server, which has its address by now. */
    public BaseServer<?> server() {
        return (BaseServer<?>) getSource();
    }
}
