package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChildJvm;
import dev.socketserver.peer.ChoosesEngine;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything but the system that a server calls fails once, each call in a run of its own: hooks, handlers, tasks, and
 * listeners; executors; memory for buffers; threads of workers; the log. See {@link FaultRuns};
 * {@link FaultInjectionTest} is the same for channels and selectors.
 */
@ChoosesEngine
@Tag("exhaustive")
@Timeout(240)
class TortureTest {
    /** One of each engine, and of each transport. */
    static Stream<Arguments> settings() {
        return Stream.of(
                Arguments.of(Torture.Victim.USER, StreamSetting.Execution.SELECTING, Transport.TCP, false),
                Arguments.of(Torture.Victim.USER, StreamSetting.Execution.BLOCKING, Transport.TCP, false),
                Arguments.of(Torture.Victim.USER, StreamSetting.Execution.SELECTING, Transport.TCP, true),
                Arguments.of(Torture.Victim.USER, StreamSetting.Execution.SELECTING, Transport.TLS, false),
                Arguments.of(Torture.Victim.USER, StreamSetting.Execution.SELECTING, Transport.UNIX, false),
                Arguments.of(Torture.Victim.TIME, StreamSetting.Execution.SELECTING, Transport.TCP, false),
                Arguments.of(Torture.Victim.EXECUTOR, StreamSetting.Execution.BLOCKING, Transport.TCP, false),
                Arguments.of(Torture.Victim.WORKERS, StreamSetting.Execution.SELECTING, Transport.TCP, false),
                Arguments.of(Torture.Victim.MEMORY, StreamSetting.Execution.SELECTING, Transport.TCP, false),
                Arguments.of(Torture.Victim.MEMORY, StreamSetting.Execution.SELECTING, Transport.TCP, true),
                Arguments.of(Torture.Victim.MEMORY, StreamSetting.Execution.SELECTING, Transport.TLS, false),
                Arguments.of(Torture.Victim.LOG, StreamSetting.Execution.SELECTING, Transport.TCP, false));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void anyCallMayFailOnce(
            Torture.Victim victim,
            StreamSetting.Execution execution,
            Transport transport,
            boolean isProxied,
            @TempDir Path directory)
            throws Exception {
        assertNothingIsWrong(
                StreamTorture.class,
                victim,
                "-Dexecution=" + execution,
                "-Dtransport=" + transport,
                "-Dproxied=" + isProxied,
                "-Ddirectory=" + directory);
    }

    static Stream<Torture.Victim> victimsOfDatagrams() {
        return Stream.of(Torture.Victim.USER, Torture.Victim.MEMORY);
    }

    @ParameterizedTest
    @MethodSource("victimsOfDatagrams")
    void anyCallMayFailOnceWithDatagrams(Torture.Victim victim) throws Exception {
        assertNothingIsWrong(DatagramTorture.class, victim);
    }

    private static void assertNothingIsWrong(Class<?> main, Torture.Victim victim, String... options) throws Exception {
        // Pooled and cached buffers, as users have them: less is allocated than where every view is checked.
        Stream<String> all = Stream.concat(
                Stream.of(options),
                Stream.of(
                        "-Dvictim=" + victim,
                        "-Dio.netty.leakDetection.level=simple",
                        "-Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector"));
        ChildJvm.Result result = ChildJvm.run(main, all.toArray(String[]::new));
        assertThat(result.output()).as(result.errors()).startsWith("nothing is wrong in ");
        assertThat(result.exit()).isZero();
    }
}
