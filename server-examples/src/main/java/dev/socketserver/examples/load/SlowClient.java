package dev.socketserver.examples.load;

/** Sends its requests byte by byte, with a pause after each, as a bad line or an attacker does. */
final class SlowClient extends StreamClient {
    private long lastByte;
    /** How many bytes may go out now. */
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
        lastByte = loop.now() - loop.dripNanos(); // the first byte follows at once
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

    /** The run ends: the rest goes out at once. */
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
