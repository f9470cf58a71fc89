package dev.socketserver.attack;

import dev.socketserver.attack.Target.Held;
import dev.socketserver.attack.Visitor.Visits;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code scoreboard}: each attack on each server, one after the other, as a table in Markdown. */
@Command(
        name = "scoreboard",
        description = "Attacks each server, and prints what a well-behaved client sees and what the server holds.",
        mixinStandardHelpOptions = true)
public final class ScoreboardCommand implements Callable<Integer> {
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration UNTIL_AFTER = Duration.ofSeconds(1);
    private static final Duration AFTER = Duration.ofSeconds(3);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--servers",
            split = ",",
            paramLabel = "SERVER",
            description = "Of ${COMPLETION-CANDIDATES}; default: all.")
    private List<Subject> subjects = List.of(Subject.values());

    @Option(
            names = "--attacks",
            split = ",",
            paramLabel = "ATTACK",
            description = "Of ${COMPLETION-CANDIDATES}; default: all.")
    private List<Attack> attacks = List.of(Attack.values());

    @Option(
            names = "--attackers",
            split = ",",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many at a time; default: ${DEFAULT-VALUE}.")
    private List<Integer> counts = new ArrayList<>();

    @Option(
            names = "--addresses",
            paramLabel = "N",
            defaultValue = "1",
            description = "From how many addresses they come, up to 60000; default: ${DEFAULT-VALUE}.")
    private int addresses;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "How long an attack lasts once all have had the time to connect; default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--java-options",
            split = " ",
            paramLabel = "OPTIONS",
            defaultValue = "-Xmx512m",
            description = "What a server in a JVM is started with; default: ${DEFAULT-VALUE}.")
    private List<String> javaOptions = new ArrayList<>();

    /** For the command line. */
    public ScoreboardCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        for (int count : counts) {
            for (Attack attack : attacks) {
                out.printf("%n**%,d attackers %s**%n%n%s", count, attack.title(), Score.head());
                out.flush();
                for (Subject subject : subjects) {
                    if (subject.tls() == attack.tls()) {
                        out.print(score(subject, attack, count).row());
                        out.flush();
                    }
                }
            }
        }
        return 0;
    }

    private Score score(Subject subject, Attack attack, int count) throws IOException {
        try (Target target = Target.start(subject, javaOptions)) {
            var visitor = new Visitor(target.address(), subject.tls());
            visitor.visit(WARM_UP);
            Held atRest = target.held();
            Visits during;
            int connected;
            Held heldDuring;
            try (var attackers = new Attackers(attack, target.address(), count, addresses)) {
                sleep(Duration.ofMillis(500 + count / 5)); // as fast as they connect
                during = visitor.visit(Duration.ofSeconds(seconds));
                connected = attackers.connected();
                heldDuring = target.held();
            }
            sleep(UNTIL_AFTER);
            Visits after = visitor.visit(AFTER);
            sleep(Duration.ofSeconds(5).minus(UNTIL_AFTER).minus(AFTER));
            boolean survived = target.isAlive();
            return new Score(
                    attack, subject, count, connected, during, after, atRest, heldDuring, target.held(), survived);
        }
    }

    private static void sleep(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
        }
    }
}
