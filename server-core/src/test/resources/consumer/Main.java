package consumer;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.net.ProxyHeader;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.pool.PoolConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

public final class Main {
    static final class Echo extends StreamRequestHandler {
        @Override
        protected void handle() throws Exception {
            String line = in().readLine(StandardCharsets.UTF_8, 100);
            if (line != null) {
                out().write(line.toUpperCase() + "\n", StandardCharsets.UTF_8);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var config = ServerConfig.builder()
                .address(here)
                .pool(PoolConfig.builder().maxWorkers(7).build())
                .proxyProtocol(ProxyProtocol.trusting("127.0.0.0/8", "::1"))
                .build();
        try (var server = new TcpServer(config, Echo::new)) {
            server.start();
            var address = (InetSocketAddress) server.address();
            try (var client = new Socket(address.getAddress(), address.getPort())) {
                client.getOutputStream().write("PROXY UNKNOWN\r\nhello\n".getBytes(StandardCharsets.UTF_8));
                System.out.write(client.getInputStream().readAllBytes());
                System.out.flush();
            }
        }
        System.out.println(Main.class.getModule() + ", " + ProxyHeader.class.getModule());
    }
}
