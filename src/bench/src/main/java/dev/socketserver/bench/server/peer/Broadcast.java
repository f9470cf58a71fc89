package dev.socketserver.bench.server.peer;

import java.util.Arrays;
import java.util.Locale;

/** The servers that send what one peer says to all peers of a group. */
public enum Broadcast {
    /** Ours: a {@code ConnectionGroup}. */
    OURS("socketserver, `ConnectionGroup.send`", Ours::broadcast),
    /** Netty on its native epoll, one loop: a {@code ChannelGroup}. */
    NETTY_EPOLL_1("Netty epoll, 1 loop, `ChannelGroup.writeAndFlush`", NettyBroadcast::serve);

    /** The bytes of every message. */
    public static final int MESSAGE = 64;

    /** The first byte of a message that adds its sender to the group, and comes back to the sender alone. */
    public static final byte JOIN = 'j';

    /** The first byte of a message to the group. */
    public static final byte TELL = 't';

    /** Starts a server. */
    private interface Starter {
        void start(Setup setup) throws Exception;
    }

    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // a method, without state
    private final Starter starter;

    Broadcast(String title, Starter starter) {
        this.title = title;
        this.starter = starter;
    }

    /** The name on the command line. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The name in the report. */
    public String title() {
        return title;
    }

    /** Returns the server of that name; throws {@link IllegalArgumentException} if there is none. */
    public static Broadcast of(String id) {
        return Arrays.stream(values())
                .filter(server -> server.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such server: " + id));
    }

    /** Starts the server; returns when it listens. It runs until the JVM ends. */
    public void start(Setup setup) throws Exception {
        starter.start(setup);
    }
}
