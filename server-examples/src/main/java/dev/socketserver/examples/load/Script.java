package dev.socketserver.examples.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every client sends, in turn, and what it takes for an answer. Immutable and thread-safe.
 *
 * @param steps the messages in turn, at least one
 * @param answer how an answer ends, and what it must be
 * @param numbersDatagrams whether the first bytes of a datagram may be replaced by its number
 */
public record Script(List<Step> steps, Answer answer, boolean numbersDatagrams) {
    /** A line of a file that begins with this is a comment. */
    private static final String COMMENT = "#";

    /**
     * One message.
     *
     * @param message what is sent
     * @param expected the answer; null if any that the rule allows is right
     */
    public record Step(Message message, @Nullable Message expected) {}

    /** If only the expected bytes say where an answer ends, a message without any must come back as it is. */
    public Script {
        steps = steps.stream()
                .map(step -> answer.isExact() && step.expected == null ? new Step(step.message, step.message) : step)
                .toList();
    }

    /** Returns a script of one message that must come back as it is; as a datagram it may be numbered. */
    public static Script echo(Message message) {
        return new Script(List.of(new Step(message, message)), Answer.EXACT, true);
    }

    /** Returns what must come back, for people. */
    public String expectation() {
        boolean echo = steps.stream().allMatch(step -> step.expected == step.message);
        return answer.isExact() && echo ? "echo" : answer.toString();
    }

    /**
     * Reads messages from a file, one a line: a message as on the command line and, after a tab, the answer that is
     * expected. Empty lines and lines that begin with {@code #} do not count.
     *
     * @param expected the answer to messages without one of their own; null if there is none
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if a line is not a message; the message of the exception has its number
     */
    public static List<Step> read(Path file, @Nullable Message expected) throws IOException {
        List<Step> steps = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            number++;
            if (line.isBlank() || line.startsWith(COMMENT)) {
                continue;
            }
            String[] columns = line.split("\t", 2);
            try {
                steps.add(
                        new Step(Message.parse(columns[0]), columns.length < 2 ? expected : Message.parse(columns[1])));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ", line " + number + ": " + e.getMessage(), e);
            }
        }
        if (steps.isEmpty()) {
            throw new IllegalArgumentException(file + " has no message");
        }
        return steps;
    }
}
