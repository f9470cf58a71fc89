package dev.socketserver.testing;

import dev.socketserver.ServerConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The set-up that most tests start from. */
public final class Loopback {
    private Loopback() {}

    /** Returns a free port of the loopback address. */
    public static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Returns a builder for a server there. */
    public static ServerConfig.Builder config() {
        return ServerConfig.builder().address(anyPort());
    }
}
