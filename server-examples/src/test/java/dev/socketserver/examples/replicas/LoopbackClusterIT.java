package dev.socketserver.examples.replicas;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HAProxy from the system's packages and three JVMs, all on this machine. */
@Tag("exhaustive")
@Timeout(300)
class LoopbackClusterIT {
    private Cluster cluster;

    @BeforeEach
    void startCluster() throws Exception {
        Optional<Path> haproxy = LoopbackCluster.haproxy();
        if (haproxy.isEmpty()) {
            System.out.println("skipped: HAProxy is not installed on this machine");
        }
        assumeThat(haproxy).as("HAProxy is installed").isPresent();
        cluster = new LoopbackCluster(
                haproxy.orElseThrow(), Path.of("../docker/haproxy/haproxy.cfg"), Path.of("target/haproxy.log"));
    }

    @AfterEach
    void stopCluster() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aRollingRestartLosesNoRequestAndRefusesNoConnection() throws Exception {
        Scenarios.rollingRestart(cluster);
    }

    @Test
    void aReplicaThatIsKilledFailsOnlyWhatItWasServing() throws Exception {
        Scenarios.kill(cluster);
    }

    @Test
    void aReplicaThatIsFrozenIsTakenOutUntilItThaws() throws Exception {
        Scenarios.freeze(cluster);
    }
}
