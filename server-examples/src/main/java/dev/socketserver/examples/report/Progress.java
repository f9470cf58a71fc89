package dev.socketserver.examples.report;

import dev.socketserver.examples.cli.Terminal;
import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.LoadListener;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.PoolState;
import dev.socketserver.examples.load.Sample;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how a run goes: a bar on a terminal, a plain line each second elsewhere. Not thread-safe. */
public abstract class Progress implements LoadListener, AutoCloseable {
    private Progress() {}

    /** A bar with the course of the rate on standard error, if that is a terminal, or else lines to {@code out}. */
    public static Progress on(PrintWriter out, boolean terminal, LoadPlan plan) {
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
                sample.rate(), Text.nanos(sample.p50()), Text.nanos(sample.p99()), sample.errors());
        PoolState pool = sample.pool();
        return pool == null
                ? load
                : load + Text.format("  workers %d  busy %d  queued %d", pool.workers(), pool.busy(), pool.queued());
    }

    private static final class Lines extends Progress {
        private static final double EVERY_SECONDS = 0.999;

        private final PrintWriter out;
        private double last = Double.NEGATIVE_INFINITY;
        private boolean warmingUp;

        Lines(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void sampled(Sample sample) {
            if (sample.warmup() != warmingUp) {
                warmingUp = sample.warmup();
                last = Double.NEGATIVE_INFINITY;
            }
            if (sample.at() - last >= EVERY_SECONDS) {
                last = sample.at();
                String when = sample.warmup() ? "warm-up" : Text.format("%.1f s", sample.at());
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

    private static final class Bar extends Progress {
        private static final int REFRESH_MILLIS = 200;
        private static final int SPARKS = 24;
        private static final long MILLIS_PER_SECOND = 1000;

        private final ProgressBar bar;
        private final Duration warmup;
        private final Sparkline rates = new Sparkline(SPARKS, Terminal.canShow(Sparkline.BARS));

        Bar(LoadPlan plan) {
            warmup = plan.warmup();
            bar = new ProgressBarBuilder()
                    .setTaskName(plan.mode().toString())
                    .setInitialMax(plan.warmup().plus(plan.duration()).toMillis())
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUnit(" s", MILLIS_PER_SECOND)
                    .setUpdateIntervalMillis(REFRESH_MILLIS)
                    .hideEta()
                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .build();
        }

        @Override
        public void sampled(Sample sample) {
            long before = sample.warmup() ? 0 : warmup.toMillis();
            bar.stepTo(Math.min(bar.getMax(), before + Math.round(sample.at() * 1e3)));
            rates.add(sample.rate());
            bar.setExtraMessage((sample.warmup() ? " warm-up " : " ") + rates + " " + summary(sample));
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
