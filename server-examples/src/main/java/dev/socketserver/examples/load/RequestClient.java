package dev.socketserver.examples.load;

/** Stays connected and sends one request after the other, or several at a time. */
final class RequestClient extends StreamClient {
    RequestClient(ClientLoop loop, Meter meter) {
        super(loop, meter);
    }

    @Override
    void start() {
        open();
    }

    @Override
    void opened() {
        for (int i = 0; i < loop.depth(); i++) {
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
