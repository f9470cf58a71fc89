package dev.socketserver.examples.report;

import dev.socketserver.examples.cli.Terminal;
import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.LoadListener;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.PoolSample;
import dev.socketserver.examples.load.Sample;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of a run: a bar on a terminal, otherwise a line each second. Not thread-safe. */
public abstract class LoadProgress implements LoadListener, AutoCloseable {
    private LoadProgress() {}

    /**
     * Creates a bar with a sparkline of the rate on standard error, if that is a terminal, otherwise lines to
     * {@code out}.
     */
    public static LoadProgress on(PrintWriter out, boolean terminal, LoadPlan plan) {
        return terminal ? new Bar(plan) : new Lines(out);
    }

    @Override
    public abstract void close();

    private static String waiting(Duration limit) {
        return Text.format("waiting up to %.1f s for the last answers", limit.toMillis() / 1e3);
    }

    private static String summary(Sample sample) {
        String load = Text.format(
                "%,.0f/s  p50 %s  p99 %s  errors %,d",
                sample.rate(), Text.nanos(sample.p50Nanos()), Text.nanos(sample.p99Nanos()), sample.errors());
        PoolSample pool = sample.pool();
        return pool == null
                ? load
                : load + Text.format("  workers %d  busy %d  queued %d", pool.workers(), pool.busy(), pool.queued());
    }

    private static final class Lines extends LoadProgress {
        private static final double EVERY_SECONDS = 0.999;

        private final PrintWriter out;
        private double last = Double.NEGATIVE_INFINITY;
        private boolean warmingUp;

        Lines(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void sampled(Sample sample, boolean warmup) {
            if (warmup != warmingUp) {
                warmingUp = warmup;
                last = Double.NEGATIVE_INFINITY;
            }
            if (sample.at() - last >= EVERY_SECONDS) {
                last = sample.at();
                String when = warmup ? "warm-up" : Text.format("%.1f s", sample.at());
                out.println(Text.format("%-8s %s", when, summary(sample)));
            }
        }

        @Override
        public void awaitingAnswers(Duration limit) {
            out.println(waiting(limit));
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }

    private static final class Bar extends LoadProgress {
        private static final int REFRESH_MILLIS = 200;
        private static final int SPARKS =
                8; // the line is cut at the edge of the terminal: all of it fits in 80 columns
        private static final long MILLIS_PER_SECOND = 1000;

        private final ProgressBar bar;
        private final LoadPlan plan;
        private final Sparkline rates = new Sparkline(SPARKS, Terminal.canShow(Sparkline.BARS));

        Bar(LoadPlan plan) {
            this.plan = plan;
            bar = new ProgressBarBuilder()
                    .setTaskName("")
                    .setInitialMax(
                            plan.requests() > 0
                                    ? plan.requests()
                                    : plan.warmup().plus(plan.duration()).toMillis())
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUnit(plan.requests() > 0 ? "" : " s", plan.requests() > 0 ? 1 : MILLIS_PER_SECOND)
                    .setUpdateIntervalMillis(REFRESH_MILLIS)
                    .hideEta()
                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .build();
        }

        @Override
        public void sampled(Sample sample, boolean warmup) {
            if (plan.requests() == 0) {
                long before = warmup ? 0 : plan.warmup().toMillis();
                bar.stepTo(Math.min(bar.getMax(), before + Math.round(sample.at() * 1e3)));
            } else if (!warmup) {
                bar.stepBy(sample.operations() + sample.errors());
            }
            rates.add(sample.rate());
            bar.setExtraMessage((warmup ? " warm-up " : " ") + summary(sample) + " " + rates);
        }

        @Override
        public void awaitingAnswers(Duration limit) {
            bar.setExtraMessage(" " + waiting(limit));
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
