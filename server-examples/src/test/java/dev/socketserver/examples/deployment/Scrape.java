package dev.socketserver.examples.deployment;

import dev.socketserver.BaseServer;
import dev.socketserver.DatagramRequestHandler;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import dev.socketserver.examples.health.MonitoringEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The metrics that a TCP server and a UDP server publish over HTTP, with the values of their labels. */
final class Scrape {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private final Map<String, Map<String, Set<String>>> metrics = new HashMap<>();

    private Scrape(String text) {
        Matcher sample = SAMPLE.matcher(text);
        while (sample.find()) {
            Map<String, Set<String>> labels = metrics.computeIfAbsent(sample.group(1), name -> new HashMap<>());
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2))
                        .results()
                        .forEach(label -> labels.computeIfAbsent(label.group(1), name -> new TreeSet<>())
                                .add(label.group(2)));
            }
        }
    }

    static Scrape ofServers() throws IOException, InterruptedException {
        ServerConfig config = ServerConfig.builder().address(ANY_PORT).build();
        try (var streams = new TcpServer(config, StreamRequestHandler.of((in, out) -> in.transferTo(out)));
                var datagrams = new UdpServer(config, DatagramRequestHandler.of((in, out) -> in.transferTo(out)))) {
            return new Scrape(text(streams) + text(datagrams));
        }
    }

    private static String text(BaseServer<?> server) throws IOException, InterruptedException {
        server.start();
        try (var endpoint = MonitoringEndpoint.open(server, ANY_PORT)) {
            URI metrics = URI.create("http://127.0.0.1:" + endpoint.address().getPort() + "/metrics");
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                    .body();
        }
    }

    /** Returns the names of all metrics. */
    Set<String> names() {
        return metrics.keySet();
    }

    /** Returns the values that each label of a metric has. */
    Map<String, Set<String>> labels(String metric) {
        return metrics.getOrDefault(metric, Map.of());
    }
}
