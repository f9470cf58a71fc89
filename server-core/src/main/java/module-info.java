/** Socket servers for Java on an elastic worker pool. */
@SuppressWarnings("requires-automatic") // Micrometer is not a module yet
module dev.socketserver {
    requires transitive io.netty.buffer;
    requires io.netty.common;
    requires transitive java.management;
    requires jdk.jfr;
    requires jdk.net; // TCP_QUICKACK, by name
    requires jdk.unsupported; // sun.misc.Signal
    requires org.slf4j;
    requires static jdk.management;
    requires static micrometer.commons;
    requires static micrometer.core;
    requires static micrometer.observation;
    requires static org.jspecify;

    exports dev.socketserver;
    exports dev.socketserver.buffer;
    exports dev.socketserver.health;
    exports dev.socketserver.limit;
    exports dev.socketserver.net;
    exports dev.socketserver.pool;
    exports dev.socketserver.task;
    exports dev.socketserver.testing;
}
