package dev.socketserver.examples.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Type;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests against the classes that Kubernetes' own client has for its objects, and against each other. */
@Timeout(60)
class KubernetesTest {
    private static final String CLIENT = "io.kubernetes.client.openapi.";
    private static final String DEPLOYMENT = "kubernetes/deployment.yaml";

    private static JsonElement pod() throws IOException {
        return Document.at(Document.read(DEPLOYMENT), "spec", "template", "spec");
    }

    private static JsonElement container() throws IOException {
        return Document.at(pod(), "containers", 0);
    }

    private static JsonElement label(JsonElement root, Object... steps) {
        return Document.at(Document.at(root, steps), "app.kubernetes.io/name");
    }

    /** Checks that every field is known, that none is missing, and that each has a value of its type. */
    private static void validate(JsonObject object) throws Throwable {
        String version = object.get("apiVersion").getAsString().replaceFirst(".*/", "");
        String kind = object.get("kind").getAsString();
        Class<?> type = Class.forName(
                CLIENT + "models." + version.substring(0, 1).toUpperCase(Locale.ROOT) + version.substring(1) + kind);
        try {
            type.getMethod("validateJsonElement", JsonElement.class).invoke(null, object);
            Class.forName(CLIENT + "JSON")
                    .getMethod("deserialize", String.class, Type.class)
                    .invoke(null, object.toString(), type);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"deployment", "service", "poddisruptionbudget", "networkpolicy", "horizontalpodautoscaler"})
    void isAnObjectThatKubernetesKnows(String name) throws Throwable {
        validate(Document.read("kubernetes/" + name + ".yaml"));
    }

    @Test
    void theCheckFindsAMisspeltFieldAndAWrongType() throws IOException {
        JsonObject misspelt = Document.read(DEPLOYMENT);
        misspelt.getAsJsonObject("spec").addProperty("replica", 3);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> validate(misspelt))
                .withMessageContaining("`replica`");

        JsonObject wrong = Document.read(DEPLOYMENT);
        wrong.getAsJsonObject("spec").addProperty("minReadySeconds", "soon");
        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> validate(wrong))
                .withMessageContaining("soon");
    }

    @Test
    void everySelectorMeansThePodsOfTheDeployment() throws IOException {
        JsonObject deployment = Document.read(DEPLOYMENT);
        JsonElement name = label(deployment, "spec", "template", "metadata", "labels");

        assertThat(label(deployment, "spec", "selector", "matchLabels")).isEqualTo(name);
        assertThat(label(pod(), "topologySpreadConstraints", 0, "labelSelector", "matchLabels"))
                .isEqualTo(name);
        assertThat(label(Document.read("kubernetes/service.yaml"), "spec", "selector"))
                .isEqualTo(name);
        assertThat(label(Document.read("kubernetes/poddisruptionbudget.yaml"), "spec", "selector", "matchLabels"))
                .isEqualTo(name);
        assertThat(label(Document.read("kubernetes/networkpolicy.yaml"), "spec", "podSelector", "matchLabels"))
                .isEqualTo(name);
        assertThat(Document.at(
                        Document.read("kubernetes/horizontalpodautoscaler.yaml"), "spec", "scaleTargetRef", "name"))
                .isEqualTo(Document.at(deployment, "metadata", "name"));
    }

    @Test
    void theMonitorFindsThePodsAndTheirPort() throws IOException {
        JsonElement monitor = Document.at(Document.read("kubernetes/podmonitor.yaml"), "spec");
        JsonElement annotations = Document.at(Document.read(DEPLOYMENT), "spec", "template", "metadata", "annotations");

        assertThat(label(monitor, "selector", "matchLabels"))
                .isEqualTo(label(Document.read(DEPLOYMENT), "spec", "template", "metadata", "labels"));
        assertThat(Document.at(monitor, "podMetricsEndpoints", 0, "port"))
                .isEqualTo(Document.at(container(), "ports", 1, "name"));
        assertThat(Document.at(monitor, "podMetricsEndpoints", 0, "path"))
                .isEqualTo(Document.at(annotations, "prometheus.io/path"));
    }

    @Test
    void aPodIsGivenTheTimeThatItsDrainTakes() throws IOException {
        JsonArray arguments = Document.at(container(), "args").getAsJsonArray();
        int preStop = Document.at(container(), "lifecycle", "preStop", "sleep", "seconds")
                .getAsInt();
        int drain = preStop
                + Document.option(arguments, "--drain-delay")
                + Document.option(arguments, "--grace")
                + Document.MARGIN_SECONDS;

        assertThat(Document.at(pod(), "terminationGracePeriodSeconds").getAsInt())
                .isGreaterThanOrEqualTo(drain);
    }

    @Test
    void theContainersPortsAreThoseOfTheServer() throws IOException {
        JsonArray arguments = Document.at(container(), "args").getAsJsonArray();

        assertThat(Document.at(container(), "ports", 0, "containerPort").getAsInt())
                .isEqualTo(Document.option(arguments, "--port"));
        assertThat(Document.at(container(), "ports", 1, "containerPort").getAsInt())
                .isEqualTo(Document.option(arguments, "--health-port"));
        assertThat(arguments).as("probes come from the node").contains(new JsonPrimitive("--health-host=0.0.0.0"));
    }
}
