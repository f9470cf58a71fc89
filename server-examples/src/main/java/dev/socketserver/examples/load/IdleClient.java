package dev.socketserver.examples.load;

/** Connects, stays silent while the others run, and proves at the end that it is still served. */
final class IdleClient extends StreamClient {
    IdleClient(ClientLoop loop, StatsRecorder stats) {
        super(loop, stats);
    }

    @Override
    void start() {
        open();
    }

    @Override
    void opened() {
        // Silence is what it is there for.
    }

    @Override
    void begin(long intended) {
        throw new IllegalStateException("an idle client asks for no work");
    }

    @Override
    void drain() {
        if (isOpen()) {
            stats.began(1);
            ask(loop.now());
            flush();
        }
    }

    @Override
    void answered(long intended) {
        succeeded(intended);
    }
}
