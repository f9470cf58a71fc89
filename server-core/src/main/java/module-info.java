/** Socket servers for Java on an elastic worker pool. */
module dev.socketserver {
    requires transitive io.netty.buffer;
    requires jdk.jfr;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.socketserver;
    exports dev.socketserver.buffer;
    exports dev.socketserver.pool;
    exports dev.socketserver.task;
}
