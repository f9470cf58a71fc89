package dev.socketserver.examples.load;

/** A client that opens a connection for each request. */
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
        // The request is taken before the connection is opened, so that a refused connection fails it.
    }

    @Override
    void answered(long intended) {
        succeeded(intended);
        close();
        loop.tick();
        loop.next(this);
    }
}
