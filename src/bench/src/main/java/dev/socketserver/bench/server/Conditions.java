package dev.socketserver.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What makes it hard for the servers of a run.
 *
 * @param quota how much of one processor each may use, in percent; 0 for no limit
 * @param busy how many loops run beside them that never wait
 */
record Conditions(int quota, int busy) {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");
    private static final int PERIOD = 100_000; // microseconds
    private static final int PERCENT = 100;

    /** Returns a sentence about them; empty if there are none. */
    String toMarkdown() {
        List<String> parts = new ArrayList<>();
        if (quota > 0) {
            parts.add("each server in a control group with " + quota + " % of one processor");
        }
        if (busy > 0) {
            parts.add(busy + " busy loops beside it");
        }
        return parts.isEmpty() ? "" : "Conditions: " + String.join(", ", parts) + ".\n";
    }

    /** Puts them into force until they are closed. */
    InForce begin() throws IOException {
        return new InForce(this);
    }

    /** Conditions that are in force. Not thread-safe. */
    static final class InForce implements AutoCloseable {
        private final List<Process> loops = new ArrayList<>();
        private @Nullable Path group; // of the servers, if there is a quota

        private InForce(Conditions conditions) throws IOException {
            try {
                for (int i = 0; i < conditions.busy; i++) {
                    loops.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
                }
                if (conditions.quota > 0) {
                    makeGroup(PERIOD / PERCENT * conditions.quota);
                }
            } catch (Throwable e) {
                close();
                throw e;
            }
        }

        private void makeGroup(int quota) throws IOException {
            boolean isUnified = Files.exists(GROUPS.resolve("cgroup.controllers"));
            Path made = Files.createDirectory((isUnified ? GROUPS : GROUPS.resolve("cpu"))
                    .resolve("bench-" + ProcessHandle.current().pid()));
            group = made; // to be removed, whatever fails from here on
            if (isUnified) {
                Files.writeString(made.resolve("cpu.max"), quota + " " + PERIOD);
            } else {
                Files.writeString(made.resolve("cpu.cfs_period_us"), Integer.toString(PERIOD));
                Files.writeString(made.resolve("cpu.cfs_quota_us"), Integer.toString(quota));
            }
        }

        /** Returns the command that runs a server under these conditions, in the same process. */
        List<String> apply(List<String> server) {
            if (group == null) {
                return server;
            }
            List<String> command = new ArrayList<>(
                    List.of("sh", "-c", "echo $$ > " + group.resolve("cgroup.procs") + " && exec \"$@\"", "sh"));
            command.addAll(server);
            return command;
        }

        /** Ends the loops, and removes the group, whose processes have ended. */
        @Override
        public void close() throws IOException {
            for (Process loop : loops) {
                loop.destroyForcibly().onExit().join();
            }
            if (group != null) {
                Files.deleteIfExists(group);
            }
        }
    }
}
