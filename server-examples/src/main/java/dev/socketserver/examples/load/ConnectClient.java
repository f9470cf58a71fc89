package dev.socketserver.examples.load;

/** Opens a connection for each request. */
final class ConnectClient extends StreamClient {
    ConnectClient(ClientLoop loop, StatsRecorder stats) {
        super(loop, stats);
    }

    @Override
    void start() {
        settled();
        loop.next(this);
    }

    @Override
    void begin(long intended) {
        ask(intended);
        open();
    }

    @Override
    void opened() {
        // The request was asked before the connection was opened, so that a refusal fails it.
    }

    @Override
    void answered(long intended) {
        succeeded(intended);
        close();
        loop.tick();
        loop.next(this);
    }
}
