package dev.socketserver.examples.load;

/** A client that sends its requests byte by byte, with a pause after each, like a slow network or an attacker. */
final class SlowClient extends StreamClient {
    private long lastByte;
    /** The number of bytes that may be sent now. */
    private long allowance;

    SlowClient(ClientLoop loop, StatsRecorder stats) {
        super(loop, stats);
    }

    @Override
    void start() {
        open();
    }

    @Override
    void opened() {
        next();
    }

    /** Slow clients follow no schedule. */
    private void next() {
        if (!loop.isDraining()) {
            stats.began(1);
            begin(loop.now());
        }
    }

    @Override
    void begin(long intended) {
        lastByte = loop.now() - loop.dripNanos(); // the first byte is sent at once
        ask(intended);
    }

    @Override
    long sendLimit() {
        return allowance;
    }

    @Override
    void checkTimeout(long now) {
        if (!pipeline.hasUnsent()) {
            super.checkTimeout(now);
        } else if (now - lastByte >= loop.dripNanos()) {
            lastByte = now;
            waitAnew(now);
            allowance = 1;
            flush();
            allowance = 0;
        }
    }

    /** Called when the run ends: the rest is sent at once. */
    @Override
    void drain() {
        waitAnew(loop.now());
        allowance = Long.MAX_VALUE;
        flush();
    }

    @Override
    void answered(long intended) {
        succeeded(intended);
        next();
    }
}
