package dev.socketserver.spring.example;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.spring.ServerStartedEvent;
import java.io.IOException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.EventListener;

/** An application without a web server: each request is two lines, and its answer joins them. */
@SpringBootApplication
public class EchoApplication {
    /** Runs until it is told to stop. */
    public static void main(String... args) {
        SpringApplication.run(EchoApplication.class, args);
    }

    @Bean
    TcpServer echo(ServerConfig.Builder options, ObjectProvider<TwoLines> handlers) {
        return new TcpServer(options.build(), handlers::getObject);
    }

    @Bean
    @Scope("prototype")
    TwoLines handler() {
        return new TwoLines();
    }

    @EventListener
    void started(ServerStartedEvent event) {
        System.out.println("listening on " + event.server().port());
    }

    /** Serves one client. */
    static class TwoLines extends StreamRequestHandler {
        private static final int LONGEST = 100;

        @Override
        protected void handle() throws IOException {
            String first = in().readLine(US_ASCII, LONGEST);
            String second = first == null ? null : in().readLine(US_ASCII, LONGEST);
            if (second != null) {
                out().write(first + " " + second + "\n", US_ASCII);
                keepOpen();
            }
        }
    }
}
