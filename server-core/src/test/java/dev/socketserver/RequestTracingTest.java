package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The spans of a real tracer, OpenTelemetry's, of requests that are observed. */
@Timeout(60)
class RequestTracingTest {
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final SdkTracerProvider tracers = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build();
    private final ObservationRegistry registry = ObservationRegistry.create();
    private final Queue<String> current = new ConcurrentLinkedQueue<>(); // the spans in which handlers ran

    RequestTracingTest() {
        var sdk = tracers.get("test");
        var tracer = new OtelTracer(sdk, new OtelCurrentTraceContext(), event -> {});
        var propagator = new OtelPropagator(ContextPropagators.create(W3CTraceContextPropagator.getInstance()), sdk);
        registry.observationConfig() // as Spring Boot does
                .observationHandler(new FirstMatchingCompositeObservationHandler(
                        new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                        new DefaultTracingObservationHandler(tracer)));
    }

    @AfterEach
    void closeTracers() {
        tracers.close();
    }

    private List<SpanData> finished() {
        return spans.getFinishedSpanItems();
    }

    private final class Traced extends LineEcho {
        @Override
        protected void handle() throws Exception {
            current.add(Span.current().getSpanContext().getSpanId());
            super.handle();
        }
    }

    static List<Strategy> strategies() {
        return Strategy.available();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void eachCallOfAHandlerIsASpanOfATraceOfItsOwn(Strategy strategy) throws Exception {
        try (TcpServer server = new ObservedServer(registry, strategy.in(Loopback.config()), Traced::new)) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                assertThat(peer.send("one\n").readLine()).isEqualTo("one");
                assertThat(peer.send("two\n").readLine()).isEqualTo("two");
                peer.end().readAll();
            }
        }
        assertThat(finished()).extracting(SpanData::getSpanId).containsExactlyInAnyOrderElementsOf(current);
        assertThat(finished()).extracting(SpanData::getTraceId).doesNotHaveDuplicates();
        assertThat(finished()).hasSizeGreaterThanOrEqualTo(1).allSatisfy(span -> {
            assertThat(span.getName()).isEqualTo("handle echo");
            assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
            assertThat(span.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);
            assertThat(span.getAttributes().get(AttributeKey.stringKey("client.address")))
                    .isEqualTo("127.0.0.1");
        });
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    void anObservationOfTheHandlersIsAChild() throws Exception {
        try (TcpServer server = new ObservedServer(
                registry,
                Loopback.config(),
                StreamRequestHandler.of((in, out) ->
                        Observation.createNotStarted("query", registry).observeChecked(() -> out.write(in.read()))))) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                peer.send("x");
                assertThat(peer.readAll()).isEqualTo("x");
            }
        }
        SpanData child = finished().get(0);
        SpanData parent = finished().get(1);
        assertThat(child.getName()).isEqualTo("query");
        assertThat(child.getTraceId()).isEqualTo(parent.getTraceId());
        assertThat(child.getParentSpanId()).isEqualTo(parent.getSpanId());
    }

    @Test
    void aFailureIsTheSpans() throws Exception {
        try (TcpServer server = new ObservedServer(registry, Loopback.config(), StreamRequestHandler.of((in, out) -> {
            throw new IllegalStateException("says the test");
        }))) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                peer.send("x").awaitEnd();
            }
        }
        SpanData span = finished().get(0);
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.getStatus().getDescription()).isEqualTo("says the test");
        assertThat(span.getEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.getName()).isEqualTo("exception"));
    }
}
