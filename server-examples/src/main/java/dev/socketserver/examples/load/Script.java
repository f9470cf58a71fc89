package dev.socketserver.examples.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages that every client sends in turn, and the answers that it accepts. Immutable and thread-safe.
 *
 * @param steps the messages, at least one
 * @param answer how an answer ends, and what it must be
 * @param numbersDatagrams whether the first bytes of a datagram may be replaced with its number
 */
public record Script(List<Step> steps, Answer answer, boolean numbersDatagrams) {
    /** A line of a file that begins with this is a comment. */
    private static final String COMMENT = "#";

    /**
     * One message.
     *
     * @param message the message to send
     * @param expected the expected answer; null if any answer that the rule allows is right
     */
    public record Step(Message message, @Nullable Message expected) {}

    /** If only the expected bytes determine where an answer ends, a message without expected bytes must be echoed. */
    public Script {
        steps = steps.stream()
                .map(step -> answer.isExact() && step.expected == null ? new Step(step.message, step.message) : step)
                .toList();
    }

    /** Returns a script of one message that must be echoed; as a datagram it may be numbered. */
    public static Script echo(Message message) {
        return new Script(List.of(new Step(message, message)), Answer.EXACT, true);
    }

    /** Returns a description of the expected answer. */
    public String expectation() {
        boolean echo = steps.stream().allMatch(step -> step.expected == step.message);
        return answer.isExact() && echo ? "echo" : answer.toString();
    }

    /**
     * Reads messages from a file, one per line: a message as on the command line and, after a tab, the expected answer.
     * Empty lines and lines that begin with {@code #} are ignored.
     *
     * @param expected the default expected answer; null if there is none
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if a line is not a valid message; the exception's message contains its number
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
