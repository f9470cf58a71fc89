package dev.socketserver.examples.load;

/** A client that stays connected and sends one request after another, or several at a time. */
final class RequestClient extends StreamClient {
    RequestClient(ClientLoop loop, StatsRecorder stats) {
        super(loop, stats);
    }

    @Override
    void start() {
        open();
    }

    @Override
    void opened() {
        pipeline.startOver();
        for (int i = 0; i < loop.plan().depth(); i++) {
            loop.next(this);
        }
    }

    @Override
    void begin(long intended) {
        ask(intended);
    }

    @Override
    void answered(long intended) {
        succeeded(intended);
        loop.next(this);
    }
}
