package dev.socketserver.spring;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.socketserver.DatagramRequestHandler;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerGroup;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Servers as beans, and what a client gets from them. */
final class EchoServers {
    private EchoServers() {}

    static TcpServer tcp(ServerConfig.Builder options) {
        return new TcpServer(options.build(), StreamRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    static UdpServer udp(ServerConfig.Builder options) {
        return new UdpServer(options.build(), DatagramRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    /** One server. */
    @Configuration(proxyBeanMethods = false)
    static class One {
        @Bean
        TcpServer echo(ServerConfig.Builder options) {
            return tcp(options);
        }
    }

    /** A server, and a group of two, of which one is a bean, too. */
    @Configuration(proxyBeanMethods = false)
    static class Several {
        @Bean
        TcpServer echo(ServerConfigs configs) {
            return tcp(configs.builder("echo"));
        }

        @Bean
        UdpServer datagrams(ServerConfigs configs) {
            return udp(configs.builder("datagrams"));
        }

        @Bean
        ServerGroup group(ServerConfigs configs, UdpServer datagrams) {
            return new ServerGroup(tcp(configs.builder("grouped")), datagrams);
        }
    }

    /** Sends "hello" and returns what comes back. */
    static String hello(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("hello".getBytes(US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
