package dev.socketserver.spring;

import dev.socketserver.ServerConfig;

/**
 * Changes the options of all servers that are configured by properties, after these have been set. A bean of this type
 * is for what has no property, such as a listener; several are called in their order.
 */
@FunctionalInterface
public interface ServerConfigCustomizer {
    /** Changes the options of one server. */
    void customize(ServerConfig.Builder options);
}
