package dev.socketserver.examples.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.health.MonitoringEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard, the alerts and the autoscaler's queries ask for figures that a server does have. */
@Timeout(60)
class MonitoringTest {
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final String DASHBOARD = "grafana/dashboards/socketserver.json";
    /** The figures of a server; those of HAProxy and of Prometheus are not ours to check. */
    private static final Pattern FIGURE = Pattern.compile("\\b(?:socket_server|elastic_pool|jvm|process|system)_\\w+");

    /** What the adapter calls the results, not what it asks for. */
    private static final Set<String> RESULTS = Set.of("elastic_pool_busy_share", "elastic_pool_queue_wait_p99_seconds");

    private static String scrape() throws IOException, InterruptedException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server = new TcpServer(
                ServerConfig.builder().address(address).build(),
                StreamRequestHandler.of((in, out) -> in.transferTo(out)))) {
            server.start();
            try (var health = MonitoringEndpoint.open(server, address)) {
                URI metrics = URI.create("http://127.0.0.1:" + health.address().getPort() + "/metrics");
                return HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                        .body();
            }
        }
    }

    private static Set<String> figuresIn(String text) {
        return FIGURE.matcher(text)
                .results()
                .map(match -> match.group())
                .filter(figure -> !RESULTS.contains(figure))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {DASHBOARD, "prometheus/alerts.yml", "kubernetes/prometheus-adapter.yaml"})
    void everyFigureAskedForIsThere(String file) throws Exception {
        Set<String> asked = figuresIn(Document.text(file));

        assertThat(asked).isNotEmpty();
        assertThat(figuresIn(scrape())).containsAll(asked);
    }

    private static List<JsonObject> panels() throws IOException {
        List<JsonObject> panels = new ArrayList<>();
        Document.at(Document.read(DASHBOARD), "panels")
                .getAsJsonArray()
                .forEach(panel -> panels.add(panel.getAsJsonObject()));
        return panels;
    }

    @Test
    void everyPanelAsksTheProvisionedSource() throws IOException {
        JsonElement source =
                Document.at(Document.read("grafana/provisioning/datasources/prometheus.yaml"), "datasources", 0, "uid");
        for (JsonObject panel : panels()) {
            for (JsonElement target : Document.at(panel, "targets").getAsJsonArray()) {
                assertThat(Document.at(target, "datasource", "uid"))
                        .as("source of %s", panel.get("title"))
                        .isEqualTo(source);
            }
        }
    }

    /** Grafana takes rates over at least four times that, and 15 s would be its guess. */
    @Test
    void grafanaKnowsHowOftenPrometheusScrapes() throws IOException {
        JsonElement source = Document.read("grafana/provisioning/datasources/prometheus.yaml");
        JsonElement scraper = Document.read("prometheus/prometheus.yml");

        assertThat(Document.at(source, "datasources", 0, "jsonData", "timeInterval"))
                .isEqualTo(Document.at(scraper, "global", "scrape_interval"));
    }

    @Test
    void panelsHaveDifferentNumbersAndDoNotOverlap() throws IOException {
        Set<Integer> numbers = new TreeSet<>();
        Set<String> cells = new TreeSet<>();
        for (JsonObject panel : panels()) {
            assertThat(numbers.add(panel.get("id").getAsInt()))
                    .as("number of %s", panel.get("title"))
                    .isTrue();
            JsonObject place = panel.getAsJsonObject("gridPos");
            int left = place.get("x").getAsInt();
            int top = place.get("y").getAsInt();
            for (int x = left; x < left + place.get("w").getAsInt(); x++) {
                for (int y = top; y < top + place.get("h").getAsInt(); y++) {
                    assertThat(cells.add(x + "," + y))
                            .as("place of %s", panel.get("title"))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void theAlertsFireWhenTheyShould() throws Exception {
        assumeThat(PROMTOOL).as("Prometheus is installed").exists();
        Process promtool = new ProcessBuilder(
                        PROMTOOL.toString(),
                        "test",
                        "rules",
                        Document.path("prometheus/alerts-test.yml").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);

        assertThat(promtool.waitFor()).as("%s", said).isZero();
    }

    @Test
    void theAutoscalerAsksForWhatTheAdapterOffers() throws IOException {
        String adapter = Document.text("kubernetes/prometheus-adapter.yaml");
        String autoscaler = Document.text("kubernetes/horizontalpodautoscaler.yaml");

        assertThat(RESULTS).allSatisfy(result -> {
            assertThat(adapter).contains("as: " + result);
            assertThat(autoscaler).contains("name: " + result);
        });
    }
}
