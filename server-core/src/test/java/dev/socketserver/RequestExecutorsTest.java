package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

@Timeout(60)
class RequestExecutorsTest {
    private static Thread threadOf(Executor executor) throws Exception {
        var thread = new CompletableFuture<Thread>();
        executor.execute(() -> thread.complete(Thread.currentThread()));
        return thread.get();
    }

    @Test
    void synchronousRunsInTheCallingThread() throws Exception {
        assertThat(threadOf(RequestExecutors.synchronous())).isSameAs(Thread.currentThread());
    }

    @Test
    void threadPerRequestMakesANewNamedThreadThatIsNoDaemon() throws Exception {
        Executor executor = RequestExecutors.threadPerRequest();
        Thread first = threadOf(executor);
        Thread second = threadOf(executor);
        assertThat(first).isNotSameAs(second);
        assertThat(first.getName()).isEqualTo("request-1");
        assertThat(second.getName()).isEqualTo("request-2");
        assertThat(first.isDaemon()).isFalse();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadPerRequestMakesANewNamedVirtualThread() throws Exception {
        Thread thread = threadOf(RequestExecutors.virtualThreadPerRequest());
        assertThat(thread.getName()).isEqualTo("request-1");
        assertThat(thread.toString()).startsWith("VirtualThread");
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void virtualThreadPerRequestSaysWhichJdkItNeeds() {
        assertThatThrownBy(RequestExecutors::virtualThreadPerRequest)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("virtual threads need JDK 21 or later: "
                        + Runtime.version().feature());
    }
}
