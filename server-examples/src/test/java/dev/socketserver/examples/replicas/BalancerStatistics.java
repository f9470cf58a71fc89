package dev.socketserver.examples.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** What HAProxy says about the servers behind it, read from its page of statistics. Thread-safe. */
final class BalancerStatistics {
    /** While checks begin to fail, it says {@code UP 2/3}, and new connections still go there. */
    private static final String UP = "UP";

    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(10);

    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpRequest request;

    BalancerStatistics(InetSocketAddress address) {
        this.request = HttpRequest.newBuilder(
                        URI.create("http://" + address.getHostString() + ":" + address.getPort() + "/stats;csv"))
                .timeout(ANSWER_PATIENCE)
                .build();
    }

    /** Waits until new connections go to that server. */
    void awaitUp(String server) throws Exception {
        await(server, UP::equals);
    }

    /** Waits until no new connection goes to that server. */
    void awaitNotUp(String server) throws Exception {
        await(server, status -> !status.startsWith(UP));
    }

    /** Waits until that server serves no connection. */
    void awaitNoSessions(String server) throws Exception {
        Patience.await("the end of the connections to " + server, () -> sessions(server) == 0);
    }

    private void await(String server, Predicate<String> wanted) throws Exception {
        Patience.await("the balancer's opinion of " + server, () -> {
            try {
                return wanted.test(field(server, "status"));
            } catch (IOException notYet) {
                return false; // it is just being started
            }
        });
    }

    /** How many connections of clients that server is serving now. */
    int sessions(String server) throws IOException, InterruptedException {
        return Integer.parseInt(field(server, "scur"));
    }

    /** How many connections that server has been given since the balancer started. */
    long totalSessions(String server) throws IOException, InterruptedException {
        return Long.parseLong(field(server, "stot"));
    }

    private String field(String server, String name) throws IOException, InterruptedException {
        String[] lines = client.send(request, BodyHandlers.ofString()).body().split("\n", -1);
        assertThat(lines[0]).as("the header of the statistics").startsWith("# pxname,svname,");
        String[] names = lines[0].substring(2).split(",", -1);
        for (String line : lines) {
            Map<String, String> row = new HashMap<>();
            String[] values = line.split(",", -1);
            for (int i = 0; i < Math.min(names.length, values.length); i++) {
                row.put(names[i], values[i]);
            }
            if (server.equals(row.get("svname"))) {
                return row.getOrDefault(name, "");
            }
        }
        throw new IllegalArgumentException("the balancer knows no server " + server);
    }
}
