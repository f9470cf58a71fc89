package dev.socketserver.examples.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The compose file against the files that it mounts, and its services against each other. */
@Timeout(60)
class ComposeTest {
    private static final String FILE = "compose.yaml";
    private static final String[] REPLICAS = {"replica-1", "replica-2", "replica-3"};

    private static JsonObject services() throws IOException {
        return Document.at(Document.read(FILE), "services").getAsJsonObject();
    }

    @Test
    void everyFileThatIsMountedExists() throws IOException {
        for (Map.Entry<String, JsonElement> service : services().entrySet()) {
            JsonElement volumes = service.getValue().getAsJsonObject().get("volumes");
            if (volumes != null) {
                for (JsonElement volume : volumes.getAsJsonArray()) {
                    assertThat(Document.path(volume.getAsString().split(":", -1)[0]))
                            .as("for %s", service.getKey())
                            .exists();
                }
            }
        }
    }

    @Test
    void everyServiceThatIsWaitedForExists() throws IOException {
        JsonObject services = services();
        for (JsonElement service : services.asMap().values()) {
            JsonElement needed = service.getAsJsonObject().get("depends_on");
            if (needed != null) {
                assertThat(services.keySet())
                        .containsAll(needed.getAsJsonObject().keySet());
            }
        }
    }

    @Test
    void aReplicaIsGivenTheTimeThatItsDrainTakes() throws IOException {
        for (String name : REPLICAS) {
            JsonObject replica = services().getAsJsonObject(name);
            var command = replica.getAsJsonArray("command");
            int drain = Document.option(command, "--drain-delay") + Document.option(command, "--grace");

            assertThat(replica.get("stop_grace_period").getAsString()).matches("\\d+s");
            assertThat(Integer.parseInt(
                            replica.get("stop_grace_period").getAsString().replace("s", "")))
                    .isGreaterThanOrEqualTo(drain + Document.MARGIN_SECONDS);
        }
    }

    @Test
    void theReplicasTrustTheNetworkThatTheyAreOn() throws IOException {
        JsonElement network = Document.at(Document.read(FILE), "networks", "servers", "ipam", "config", 0, "subnet");
        for (String name : REPLICAS) {
            assertThat(Document.at(services(), name, "command").toString())
                    .contains("--proxy-protocol=" + network.getAsString());
        }
    }

    /** Two that build it at a time get in each other's way, and a registry's image of that name is not ours. */
    @Test
    void oneServiceBuildsTheImageAndNonePullsIt() throws IOException {
        int builders = 0;
        for (JsonElement element : services().asMap().values()) {
            JsonObject service = element.getAsJsonObject();
            if (service.get("image").getAsString().equals("socketserver")) {
                assertThat(service.get("pull_policy").getAsString()).isEqualTo("never");
                builders += service.has("build") ? 1 : 0;
            }
        }
        assertThat(builders).isOne();
    }

    @Test
    void haproxyIsGivenTheTimeThatItsConnectionsHave() throws IOException {
        JsonObject haproxy = services().getAsJsonObject("haproxy");
        var hardStop = Pattern.compile("hard-stop-after (\\d+)s").matcher(Document.text("haproxy/haproxy.cfg"));

        assertThat(hardStop.find()).isTrue();
        assertThat(Duration.parse("PT" + haproxy.get("stop_grace_period").getAsString()))
                .isGreaterThan(Duration.ofSeconds(Long.parseLong(hardStop.group(1))));
        assertThat(haproxy.get("stop_signal").getAsString()).isEqualTo("SIGUSR1");
    }

    @Test
    void whoConnectsAgainAndAgainMayUseItsPortsAgain() throws IOException {
        for (String name : new String[] {"haproxy", "load"}) {
            assertThat(Document.at(services(), name, "sysctls")
                            .getAsJsonObject()
                            .get("net.ipv4.tcp_tw_reuse")
                            .getAsString())
                    .as("for %s", name)
                    .isEqualTo("1");
        }
    }

    @Test
    void haproxyAndPrometheusKnowEveryReplica() throws IOException {
        String balancer = Document.text("haproxy/haproxy.cfg");
        JsonElement targets = Document.at(
                Document.read("prometheus/prometheus.yml"), "scrape_configs", 0, "static_configs", 0, "targets");
        var scraped =
                new TreeSet<>(StreamSupport.stream(targets.getAsJsonArray().spliterator(), false)
                        .map(JsonElement::getAsString)
                        .toList());

        for (String name : REPLICAS) {
            assertThat(balancer).contains("-" + name + ":7007}");
            assertThat(scraped).contains(name + ":8080");
            assertThat(Document.at(services(), name, "command").getAsJsonArray())
                    .as("both ask from other containers")
                    .contains(new JsonPrimitive("--health-host=0.0.0.0"));
        }
        assertThat(scraped).hasSameSizeAs(REPLICAS);
    }
}
