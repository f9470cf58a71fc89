package dev.socketserver.attack;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.DatagramRequestHandler;
import dev.socketserver.Framing;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerGroup;
import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import dev.socketserver.UnixServer;
import dev.socketserver.net.Tls;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The command {@code soak-serve}: the servers of a soak. They listen on {@code PORT}, with TLS on the next one, for
 * datagrams on the one after that, and on a Unix-domain socket. Lines on standard input tell what to do.
 */
@Command(name = "soak-serve", hidden = true, description = "Runs the servers of a soak, until standard input ends.")
public final class SoakServeCommand implements Callable<Integer> {
    /** How many ports the servers have. */
    static final int PORTS = 3;

    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PEER_TIMEOUT = Duration.ofSeconds(3); // for the rest of a message, and for writes

    /** Where clients come from that do not behave, so that a drain may cut them off. */
    static final String MISBEHAVED = "127.0.0.2";

    /** Stops all servers; answered by how many requests were forced to end whose clients behaved. */
    static final String STOP = "stop";

    /** Starts them again. */
    static final String START = "start";

    /** Answered by the bytes of heap after a collection, and of direct memory. */
    static final String SAMPLE = "sample";

    /** Closes everything; answered by how many threads are left that should not be. */
    static final String END = "end";

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final long PUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int LONGEST_PUSH = 4000;

    @Parameters(paramLabel = "PORT")
    private int port;

    @Parameters(paramLabel = "SOCKET-FILE")
    private Path socketFile = Path.of("");

    @Parameters(paramLabel = "KEY-STORE")
    private Path keyStore = Path.of("");

    private final ConnectionGroup members = new ConnectionGroup();

    /** For the command line. */
    public SoakServeCommand() {}

    @Override
    public Integer call() throws IOException, GeneralSecurityException, InterruptedException {
        var pool = new ElasticThreadPool(PoolConfig.defaults());
        ServerGroup group = servers(pool);
        group.start();
        Thread pusher = new Thread(this::push, "pusher");
        pusher.start();
        System.out.println(Target.LISTENING);
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            switch (command) {
                case STOP -> System.out.println(stop(group));
                case START -> {
                    group.start();
                    System.out.println(Target.LISTENING);
                }
                case SAMPLE -> System.out.println(sample());
                case END -> {
                    pusher.interrupt();
                    pusher.join();
                    group.close();
                    pool.close();
                    reportLeaks();
                    System.out.println(Thread.currentThread().getThreadGroup().activeCount() - 1); // none of the JVM's
                }
                default -> throw new IOException("unknown command: " + command);
            }
        }
        return 0;
    }

    private ServerGroup servers(ElasticThreadPool pool) throws IOException, GeneralSecurityException {
        var config = ServerConfig.builder().executor(pool).shutdownGrace(GRACE);
        var udp = config.name("udp").address(local(port + 2)).build();
        config.idleTimeout(IDLE_TIMEOUT).messageTimeout(PEER_TIMEOUT).writeTimeout(PEER_TIMEOUT);
        var tcp = config.name("tcp").address(local(port)).build();
        var unix = config.name("unix")
                .address(UnixDomainSocketAddress.of(socketFile))
                .build();
        var tls = config.name("tls")
                .address(local(port + 1))
                .framing(Framing.lines(LineProtocol.LONGEST_LINE))
                .tls(Tls.of(SelfSigned.context(keyStore)))
                .build();
        return new ServerGroup(
                new TcpServer(tcp, () -> new SoakHandler(members, false)),
                new TcpServer(tls, () -> new SoakHandler(members, false)),
                new UnixServer(unix, () -> new SoakHandler(members, true)),
                new UdpServer(udp, DatagramRequestHandler.of((in, out) -> in.transferTo(out))));
    }

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static long stop(ServerGroup group) {
        return group.shutdown(GRACE).values().stream()
                .flatMap(report -> report.forced().stream())
                .filter(forced -> !isMisbehaved(forced.peer()))
                .count();
    }

    private static boolean isMisbehaved(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet
                && inet.getAddress().getHostAddress().equals(MISBEHAVED);
    }

    /** Sends numbered messages of all lengths to the members, whoever they are. */
    private void push() {
        for (long number = 0; !Thread.currentThread().isInterrupted(); number++) {
            String rest = ".".repeat((int) (number * 997 % LONGEST_PUSH));
            members.send(SoakHandler.PUSH + number + " " + rest + "\n", StandardCharsets.UTF_8);
            LockSupport.parkNanos(PUSH_NANOS);
        }
    }

    private static String sample() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return heap + " " + (direct + Math.max(0, PlatformDependent.usedDirectMemory()));
    }

    /** Gives the leak detector the occasion to report: it looks when a buffer is allocated. */
    private static void reportLeaks() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            ByteBufAllocator.DEFAULT.directBuffer().release();
        }
    }
}
