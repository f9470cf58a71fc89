package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.internal.run.CallerRun;
import dev.socketserver.peer.LineEcho;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The selectors that are lent to threads are closed when they are not needed. */
@Timeout(60)
class WaitsTest {
    private static final int MANY = 20;

    private final TcpServer server = new TcpServer(0, LineEcho::new);
    private final CallerRun run = new CallerRun(server, ServerConfig.builder().build());
    private Waits waits;
    private Transport transport;

    @BeforeEach
    void open() throws IOException {
        transport = new Transport(SocketChannel.open());
        waits = new Waits("test", run.alarms(), () -> {});
    }

    @AfterEach
    void close() throws Exception {
        waits.close();
        transport.close();
        server.close();
        assertThat(waits.open()).isZero();
    }

    private void wait(int threads) {
        List<Wait> places = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            places.add(waits.take(transport));
        }
        places.forEach(Wait::release);
    }

    private void pass() {
        long left = Waits.LOOK_INTERVAL.toNanos();
        while (left > 0) {
            left -= run.pass(left);
        }
    }

    @Test
    void thoseThatNobodyHasNeededForAnIntervalAreClosed() {
        wait(MANY);
        assertThat(waits.open()).isEqualTo(MANY);
        pass();
        assertThat(waits.open()).isEqualTo(MANY);
        pass();
        assertThat(waits.open()).isZero();
        pass();
        wait(1);
        assertThat(waits.open()).isEqualTo(1);
    }

    @Test
    void thoseThatAreNeededNowAndThenStay() {
        wait(MANY);
        for (int i = 0; i < 3; i++) {
            pass();
            wait(MANY / 2);
        }
        assertThat(waits.open()).isEqualTo(MANY / 2);
    }

    @Test
    void thoseThatAreInUseStay() {
        Wait place = waits.take(transport);
        wait(MANY);
        pass();
        pass();
        assertThat(waits.open()).isEqualTo(1);
        place.release();
        pass();
        pass();
        assertThat(waits.open()).isZero();
    }

    @Test
    void nothingIsLookedAtOnceTheyAreClosed() throws Exception {
        wait(MANY);
        waits.close();
        pass();
        assertThat(waits.open()).isZero();
    }
}
