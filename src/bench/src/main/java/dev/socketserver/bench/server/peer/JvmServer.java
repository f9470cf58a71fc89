package dev.socketserver.bench.server.peer;

import io.netty.channel.uring.IoUring;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Every server that runs in a JVM; a workload's ratios are to the first of its transport. */
public enum JvmServer {
    /** Ours as it is meant to be used. */
    OURS("socketserver, selecting engine, `keepOpen()`", Ours::selecting),
    /** Ours with handlers that hold a whole conversation, on the default engine. */
    OURS_CONVERSATION("socketserver, selecting engine, whole conversations", Ours::conversation),
    /** Ours with a worker that blocks for each connection. */
    OURS_BLOCKING("socketserver, blocking engine", Ours::blocking),
    /** Ours with a new thread for each connection, as {@code ThreadingMixIn}. */
    OURS_THREAD("socketserver, thread per connection", Ours::threadPerRequest),
    /** Ours with a new virtual thread for each connection. */
    OURS_VIRTUAL("socketserver, virtual thread per connection", Ours::virtualThreadPerRequest, Trait.VIRTUAL_THREADS),
    /** Ours with the elastic pool's workers virtual. */
    OURS_ELASTIC_VIRTUAL("socketserver, elastic pool of virtual workers", Ours::virtualWorkers, Trait.VIRTUAL_THREADS),
    /** The JDK's cached pool under a blocking acceptor. */
    JDK_CACHED("JDK ServerSocket, cached pool", JdkPools::cached),
    /** The JDK's fixed pool. */
    JDK_FIXED("JDK ServerSocket, fixed pool", JdkPools::fixed),
    /** A thread per connection. */
    JDK_THREAD("JDK ServerSocket, thread per connection", JdkPools::threadPerConnection),
    /** A virtual thread per connection. */
    JDK_VIRTUAL("JDK ServerSocket, virtual threads", JdkPools::virtualThreads, Trait.VIRTUAL_THREADS),
    /** One thread that selects and answers: the limit of the JDK's channels. */
    JDK_SELECTOR("JDK Selector, answering in its thread", JdkSelectorServer::serve, Trait.NO_TLS),
    /** The pool of WildFly and Quarkus. */
    JBOSS_THREADS("jboss-threads EnhancedQueueExecutor", OtherPools::jbossThreads),
    /** The pool of Jetty. */
    JETTY_POOL("Jetty QueuedThreadPool", OtherPools::jetty),
    /** Netty on the JDK's selector, one loop. */
    NETTY_NIO_1("Netty NIO, 1 loop", setup -> NettyServer.NIO.serve(setup, 1)),
    /** The same, two loops. */
    NETTY_NIO_2("Netty NIO, 2 loops", setup -> NettyServer.NIO.serve(setup, 2)),
    /** Netty on its own native epoll, one loop. */
    NETTY_EPOLL_1("Netty epoll, 1 loop", setup -> NettyServer.EPOLL.serve(setup, 1)),
    /** The same, two loops. */
    NETTY_EPOLL_2("Netty epoll, 2 loops", setup -> NettyServer.EPOLL.serve(setup, 2)),
    /** Netty on its own native io_uring, one loop. */
    NETTY_IO_URING_1("Netty io_uring, 1 loop", setup -> NettyServer.IO_URING.serve(setup, 1), Trait.IO_URING),
    /** The same, two loops. */
    NETTY_IO_URING_2("Netty io_uring, 2 loops", setup -> NettyServer.IO_URING.serve(setup, 2), Trait.IO_URING),
    /** Apache MINA. */
    MINA("Apache MINA", MinaServer::serve),
    /** Ours for datagrams. */
    OURS_UDP("socketserver, UDP", Ours::datagrams, Trait.DATAGRAMS),
    /** A plain loop over the JDK's socket. */
    JDK_UDP("JDK DatagramSocket loop", JdkDatagramServer::serve, Trait.DATAGRAMS),
    /** Netty for datagrams, on its own native epoll. */
    NETTY_EPOLL_UDP("Netty epoll, UDP", NettyDatagramServer::serve, Trait.DATAGRAMS);

    /** What sets a server apart from most. */
    private enum Trait {
        NONE,
        VIRTUAL_THREADS,
        NO_TLS,
        IO_URING,
        DATAGRAMS
    }

    /** Starts a server. */
    private interface Starter {
        /** Returns when the server listens, and leaves it running. */
        void start(Setup setup) throws Exception;
    }

    private static final int OLDEST_JDK = 17;
    private static final int VIRTUAL_THREADS_JDK = 21;

    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // a method, without state
    private final Starter starter;

    private final Trait trait;

    JvmServer(String title, Starter starter) {
        this(title, starter, Trait.NONE);
    }

    JvmServer(String title, Starter starter, Trait trait) {
        this.title = title;
        this.starter = starter;
        this.trait = trait;
    }

    /** The name on the command line. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The name in the report. */
    public String title() {
        return title;
    }

    /** What it speaks. */
    public Set<Transport> transports() {
        return switch (trait) {
            case DATAGRAMS -> Set.of(Transport.UDP);
            case NO_TLS -> Set.of(Transport.TCP);
            case NONE, VIRTUAL_THREADS, IO_URING -> Set.of(Transport.TCP, Transport.TLS);
        };
    }

    /** The oldest JDK that it runs on. */
    public int oldestJdk() {
        return trait == Trait.VIRTUAL_THREADS ? VIRTUAL_THREADS_JDK : OLDEST_JDK;
    }

    /** Returns why it cannot run on this system; empty if it can. */
    public Optional<String> obstacle() {
        return trait == Trait.IO_URING && !IoUring.isAvailable()
                ? Optional.of(String.valueOf(IoUring.unavailabilityCause().getMessage()))
                : Optional.empty();
    }

    /** Returns the server of that name; throws {@link IllegalArgumentException} if there is none. */
    public static JvmServer of(String id) {
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
