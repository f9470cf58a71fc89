package dev.socketserver.peer;

import dev.socketserver.Engine;
import dev.socketserver.ServerConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The set-up that most tests start from. So that the whole suite can run on every setting of the engine, the system
 * properties {@code test.engine} and {@code test.selectors} set what a test leaves open.
 */
public final class Loopback {
    private static final Engine ENGINE = Engine.valueOf(System.getProperty("test.engine", Engine.AUTO.name()));
    private static final int SELECTORS = Integer.getInteger("test.selectors", 0);

    private Loopback() {}

    /** Returns a free port of the loopback address. */
    public static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Returns a builder for a server there. */
    public static ServerConfig.Builder config() {
        return ServerConfig.builder().address(anyPort()).engine(ENGINE).selectors(SELECTORS);
    }
}
