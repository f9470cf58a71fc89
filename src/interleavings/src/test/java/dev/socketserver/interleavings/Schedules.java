package dev.socketserver.interleavings;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import kotlin.Unit;
import org.jspecify.annotations.Nullable;
import org.pastalab.fray.core.TestRunner;
import org.pastalab.fray.core.command.Configuration;
import org.pastalab.fray.core.command.ExecutionInfo;
import org.pastalab.fray.core.command.LambdaExecutor;
import org.pastalab.fray.core.command.NetworkDelegateType;
import org.pastalab.fray.core.command.SystemTimeDelegateType;
import org.pastalab.fray.core.randomness.ControlledRandom;
import org.pastalab.fray.core.randomness.Randomness;
import org.pastalab.fray.core.randomness.RandomnessProvider;
import org.pastalab.fray.core.randomness.RecordedRandomProvider;
import org.pastalab.fray.core.scheduler.POSScheduler;

/**
 * Runs a small concurrent program, a case, under many schedules. One of its threads runs at a time; before each access
 * to a volatile field, an atomic or a monitor, the scheduler chooses which: at random, by partial order sampling, which
 * prefers orders that differ in what races. A case throws if something went wrong; threads that wait for ever are a
 * failure, too.
 */
public final class Schedules {
    /** How many are tried of a case that is to hold. */
    private static final int COUNT = Integer.getInteger("schedules", 1_000);

    /** How many are tried at most of a case that is to fail. */
    private static final int MOST_TO_FAIL = 10_000;

    private Schedules() {}

    /** Checks that the case does not fail. */
    public static void hold(Class<? extends Runnable> program) throws Exception {
        initialize(program);
        String replay = System.getProperty("replay", "");
        Throwable failure = replay.isEmpty()
                ? search(program, program.getSimpleName(), COUNT)
                : run(program, Path.of(replay), new RecordedRandomProvider(replay + "/random.json"), 1, true);
        if (failure != null) {
            throw new AssertionError(
                    program.getSimpleName() + " failed; see " + report(program.getSimpleName()), failure);
        }
    }

    /**
     * Checks that the case fails if what the given class does at once were done in several steps. This shows that the
     * case looks at the right thing, and that the schedules suffice.
     */
    public static void failIfTorn(Class<? extends Runnable> program, Class<?> torn) throws Exception {
        fail(program, Changed.torn(torn), torn.getSimpleName() + "-torn");
    }

    /** Checks that the case fails if the given class forgets to call a method, for the same purpose. */
    public static void failWithout(Class<? extends Runnable> program, Class<?> forgetful, String method)
            throws Exception {
        fail(program, Changed.without(forgetful, method), forgetful.getSimpleName() + "-without-" + method);
    }

    private static void fail(Class<? extends Runnable> program, Changed classes, String change) throws Exception {
        initialize(program);
        String name = program.getSimpleName() + "-" + change;
        Throwable failure = search(classes.loadClass(program.getName()).asSubclass(Runnable.class), name, MOST_TO_FAIL);
        if (failure == null) {
            throw new AssertionError("nothing fails: " + name);
        } else if (failure instanceof LinkageError wrong) {
            throw wrong; // not what is sought
        }
    }

    /**
     * Runs the case once as any program. Otherwise threads would initialize the JDK's classes while they are scheduled,
     * of which the scheduler knows nothing: one that it lets run may wait for another that it does not.
     */
    private static void initialize(Class<? extends Runnable> program) throws ReflectiveOperationException {
        run(constructor(program));
    }

    private static Constructor<? extends Runnable> constructor(Class<? extends Runnable> program)
            throws ReflectiveOperationException {
        Constructor<? extends Runnable> constructor = program.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor;
    }

    private static Path report(String name) {
        return Path.of(requireNonNull(System.getProperty("fray.workDir")), name);
    }

    private static @Nullable Throwable search(Class<? extends Runnable> program, String name, int count)
            throws ReflectiveOperationException {
        return run(program, report(name), new Seeds(), count, false);
    }

    private static @Nullable Throwable run(
            Class<? extends Runnable> program, Path report, RandomnessProvider choices, int count, boolean isReplay)
            throws ReflectiveOperationException {
        Constructor<? extends Runnable> constructor = constructor(program);
        var info = new ExecutionInfo(
                new LambdaExecutor(() -> {
                    run(constructor);
                    return Unit.INSTANCE;
                }),
                false, // unhandled exceptions are not ignored
                false, // accesses to ordinary fields are not scheduled
                -1); // as many steps as it takes
        var configuration = new Configuration(
                info,
                report,
                count,
                Integer.MAX_VALUE, // as long as it takes
                new POSScheduler(choices.getRandomness()),
                choices,
                false,
                false,
                true,
                isReplay,
                false,
                false,
                NetworkDelegateType.NONE,
                SystemTimeDelegateType.NONE,
                100_000,
                true,
                false,
                false,
                false,
                false,
                false,
                null);
        return new TestRunner(configuration).run();
    }

    /** Makes the same choices in each run of the tests. */
    private static final class Seeds implements RandomnessProvider {
        private long seed = Long.getLong("seed", 0);

        @Override
        public Randomness getRandomness() {
            seed++;
            return new ControlledRandom(new ArrayList<>(), new ArrayList<>(), new Random(seed));
        }
    }

    private static void run(Constructor<? extends Runnable> program) {
        try {
            program.newInstance().run();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("cannot make a case", e);
        }
    }
}
