package dev.socketserver.examples.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard, the alerts and the autoscaler's queries ask for metrics that servers publish. */
@Timeout(60)
class MonitoringTest {
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final String DASHBOARD = "grafana/dashboards/socketserver.json";
    private static final String ALERTS = "prometheus/alerts.yml";
    private static final String ADAPTER = "kubernetes/prometheus-adapter.yaml";

    /** The labels that Prometheus adds to what it scrapes. */
    private static final Set<String> TARGET = Set.of("instance", "pod", "job", "namespace", "app_kubernetes_io_name");

    /** What the adapter calls the results. */
    private static final List<String> RESULTS =
            List.of("elastic_pool_busy_share", "elastic_pool_queue_wait_p99_seconds");

    private static final Pattern SHOWN_LABEL = Pattern.compile("\\{\\{(\\w+)}}|\\$labels\\.(\\w+)");

    private static Scrape scrape;

    @BeforeAll
    static void scrapeServers() throws Exception {
        scrape = Scrape.ofServers();
    }

    // ---- what is asked for

    /**
     * A query, and what is shown of its results.
     *
     * @param query the query, without variables
     * @param text the text that names their labels
     */
    private record Shown(Query query, String text) {}

    private static Stream<JsonElement> elements(JsonElement array) {
        return StreamSupport.stream(array.getAsJsonArray().spliterator(), false);
    }

    private static List<JsonObject> panels() throws IOException {
        return elements(Document.at(Document.read(DASHBOARD), "panels"))
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static List<JsonObject> targets() throws IOException {
        return panels().stream()
                .filter(panel -> !panel.get("type").getAsString().equals("row"))
                .flatMap(panel -> elements(Document.at(panel, "targets")))
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static List<JsonObject> variables() throws IOException {
        return elements(Document.at(Document.read(DASHBOARD), "templating", "list"))
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    /** Puts values for the variables of the dashboard and of the adapter. */
    private static String plain(String text, String by) {
        return text.replace("$by", by)
                .replace("$replica", ".*")
                .replace("$server", ".*")
                .replace("$__rate_interval", "1m")
                .replace("<<.GroupBy>>", "namespace, pod")
                .replace("<<.LabelMatchers>>", "pod=~\".*\"");
    }

    private static Shown shown(JsonElement element, String query, String text, String by) {
        return new Shown(new Query(plain(Document.at(element, query).getAsString(), by)), plain(text, by));
    }

    private static List<Shown> asked(String file) throws IOException {
        List<Shown> asked = new ArrayList<>();
        switch (file) {
            case DASHBOARD -> {
                for (JsonObject target : targets()) {
                    for (String by : List.of("instance", "pod")) {
                        asked.add(
                                shown(target, "expr", target.get("legendFormat").getAsString(), by));
                    }
                }
            }
            case ALERTS ->
                elements(Document.at(Document.read(ALERTS), "groups", 0, "rules"))
                        .forEach(alert -> asked.add(shown(
                                alert,
                                "expr",
                                Document.at(alert, "annotations", "summary").getAsString(),
                                "")));
            default ->
                elements(Document.at(Document.read(ADAPTER), "rules", "custom"))
                        .forEach(rule -> Stream.of("seriesQuery", "metricsQuery")
                                .forEach(query -> asked.add(shown(rule, query, "", ""))));
        }
        return asked;
    }

    @ParameterizedTest
    @ValueSource(strings = {DASHBOARD, ALERTS, ADAPTER})
    void everyMetricAndLabelAskedForIsThere(String file) throws Exception {
        int metrics = 0;
        for (Shown shown : asked(file)) {
            for (Query.Selector selector : shown.query().selectors()) {
                metrics++;
                assertThat(scrape.names()).contains(selector.name());
                for (Query.Matcher matcher : selector.matchers()) {
                    checkMatcher(selector.name(), matcher);
                }
            }
        }
        assertThat(metrics).isPositive();
    }

    private static void checkMatcher(String metric, Query.Matcher matcher) {
        if (!TARGET.contains(matcher.label())) {
            assertThat(scrape.labels(metric)).as(metric).containsKey(matcher.label());
            assertThat(scrape.labels(metric).get(matcher.label())).as(metric).containsAll(matcher.values());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {DASHBOARD, ALERTS, ADAPTER})
    void everyLabelThatResultsHaveIsThere(String file) throws Exception {
        for (Shown shown : asked(file)) {
            List<Query.Selector> selectors = shown.query().selectors();
            if (selectors.isEmpty()) {
                continue; // HAProxy's
            }
            Set<String> known = new HashSet<>(TARGET);
            selectors.forEach(
                    metric -> known.addAll(scrape.labels(metric.name()).keySet()));
            Set<String> groupings = shown.query().groupings();
            assertThat(known).as(shown.query().text()).containsAll(groupings);

            Set<String> left = groupings.isEmpty() || groupings.contains("job") ? known : groupings;
            SHOWN_LABEL
                    .matcher(shown.text())
                    .results()
                    .map(label -> label.group(1) == null ? label.group(2) : label.group(1))
                    .forEach(label -> assertThat(left).as(shown.text()).contains(label));
        }
    }

    @Test
    void theCheckFindsWhatIsMisspelt() {
        var query = new Query("sum by (raeson) (rate(socket_server_requests_total{sever=\"echo\"}[5m])) > 0");

        assertThat(query.groupings()).containsExactly("raeson");
        assertThat(query.selectors()).singleElement().satisfies(selector -> {
            assertThat(selector.name()).isEqualTo("socket_server_requests_total");
            assertThat(selector.matchers()).containsExactly(new Query.Matcher("sever", new TreeSet<>(Set.of("echo"))));
        });
        assertThat(scrape.labels("socket_server_requests_total")).containsOnlyKeys("server");
    }

    /** What users look for first, whoever arranges the panels. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "socket_server_requests_duration_histogram",
                "socket_server_connections_duration_histogram",
                "socket_server_connections_first_byte_histogram",
                "socket_server_connections_ended_total",
                "socket_server_connections_rejected_total",
                "socket_server_received_bytes_total",
                "socket_server_sent_bytes_total",
                "socket_server_system_drops_total",
                "elastic_pool_workers_max",
                "elastic_pool_tasks_wait_duration_histogram"
            })
    void theDashboardShows(String metric) throws IOException {
        assertThat(asked(DASHBOARD))
                .flatExtracting(shown -> shown.query().selectors())
                .extracting(Query.Selector::name)
                .contains(metric);
    }

    // ---- the dashboard

    @Test
    void everyPanelAsksTheSourceThatIsChosen() throws IOException {
        assertThat(variables().get(0).get("type").getAsString()).isEqualTo("datasource");
        String chosen = "${" + variables().get(0).get("name").getAsString() + "}";

        assertThat(Stream.concat(targets().stream(), variables().stream().skip(2)))
                .isNotEmpty()
                .allSatisfy(asking -> assertThat(
                                Document.at(asking, "datasource", "uid").getAsString())
                        .isEqualTo(chosen));
    }

    @Test
    void aReplicaIsAnInstanceUnlessSomethingElseIsChosen() throws IOException {
        JsonObject by = variables().get(1);

        assertThat(by.get("query").getAsString().split(","))
                .contains("instance", "pod")
                .isSubsetOf(TARGET);
        assertThat(Document.at(by, "current", "value").getAsString()).isEqualTo("instance");
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

    // ---- what Prometheus says

    private static void promtool(String... arguments) throws IOException, InterruptedException {
        assumeThat(PROMTOOL).as("Prometheus is installed").exists();
        List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
        command.addAll(List.of(arguments));
        Process promtool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);

        assertThat(promtool.waitFor()).as("%s", said).isZero();
    }

    @Test
    void prometheusAcceptsItsConfiguration() throws Exception {
        promtool("check", "config", Document.path("prometheus/prometheus.yml").toString());
    }

    @Test
    void theAlertsFireWhenTheyShould() throws Exception {
        promtool("test", "rules", Document.path("prometheus/alerts-test.yml").toString());
    }

    @Test
    void prometheusUnderstandsEveryQuery(@TempDir Path folder) throws Exception {
        List<Map<String, String>> rules = new ArrayList<>();
        for (String file : List.of(DASHBOARD, ALERTS, ADAPTER)) {
            for (Shown shown : asked(file)) {
                Map<String, String> rule = new LinkedHashMap<>();
                rule.put("record", "query:number:" + rules.size());
                rule.put("expr", shown.query().text());
                rules.add(rule);
            }
        }
        Map<String, Object> group = Map.of("name", "queries", "rules", rules);
        Path file = folder.resolve("queries.json"); // which is YAML
        Files.writeString(file, new Gson().toJson(Map.of("groups", List.of(group))));

        promtool("check", "rules", file.toString());
    }

    // ---- what operators read

    @Test
    void everyAlertIsExplained() throws IOException {
        String page = Files.readString(Path.of("../src/site/markdown/deployment.md"));

        assertThat(elements(Document.at(Document.read(ALERTS), "groups", 0, "rules")))
                .allSatisfy(alert -> assertThat(page)
                        .contains("| `" + Document.at(alert, "alert").getAsString() + "` | "));
    }

    @Test
    void theAutoscalerAsksForWhatTheAdapterOffers() throws IOException {
        String adapter = Document.text(ADAPTER);
        String autoscaler = Document.text("kubernetes/horizontalpodautoscaler.yaml");

        assertThat(RESULTS).allSatisfy(result -> {
            assertThat(adapter).contains("as: " + result);
            assertThat(autoscaler).contains("name: " + result);
        });
    }
}
