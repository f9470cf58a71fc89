package dev.socketserver.examples.health;

import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.TimeDistribution;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;

/**
 * The queue waits of a pool's tasks as a Prometheus histogram, {@value #NAME}. The pool already maintains the
 * distribution, and Micrometer has no meter for an external one. Thread-safe.
 */
final class QueueWaitHistogram implements Collector {
    static final String NAME = "elastic_pool_queue_wait_seconds";

    /** The upper bounds of the buckets, in seconds. */
    private static final double[] BOUNDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
    };

    private static final double NANOS = 1e9;

    private final ElasticThreadPool pool;

    QueueWaitHistogram(ElasticThreadPool pool) {
        this.pool = pool;
    }

    @Override
    public HistogramSnapshot collect() {
        TimeDistribution waits = pool.snapshot().waitTime();
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        long below = 0;
        for (double bound : BOUNDS) {
            long upTo = waits.countUpTo(Duration.ofNanos(Math.round(bound * NANOS)));
            buckets.bucket(bound, upTo - below);
            below = upTo;
        }
        buckets.bucket(Double.POSITIVE_INFINITY, waits.count() - below);
        return HistogramSnapshot.builder()
                .name(NAME)
                .help("How long tasks waited from submission to start")
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .labels(Labels.of("pool", pool.config().name()))
                        .classicHistogramBuckets(buckets.build())
                        .sum(waits.total().toNanos() / NANOS)
                        .build())
                .build();
    }
}
