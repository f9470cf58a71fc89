package dev.socketserver.examples.load;

/** A client that connects, stays silent while the others run, and checks at the end that it is still served. */
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
        // This client stays silent.
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
