package dev.socketserver.examples.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Creates the requests of one loop's clients from a {@link Script}. Confined to the loop. */
final class RequestSource {
    private static final int SCRATCH_BYTES = 64 << 10;
    private static final int COPIED_BYTES = 128 << 10;

    private final Script script;
    /** The requests by step; null if the step's message or answer has placeholders. */
    private final @Nullable PreparedRequest[] constant;
    /** If every request has the same message: several copies of it, to send a pipeline at once. */
    private final ByteBuffer copies;
    /** The size of that message; 0 if the messages differ. */
    private final int size;

    private final ByteBuffer scratch;
    private final int step;
    /** The number of the next request, counted over all loops. */
    private long serial;

    /** Creates the source of loop number {@code loop}, counted from 0, of {@code plan}. */
    RequestSource(LoadPlan plan, int loop) {
        this.script = plan.script();
        this.serial = loop;
        this.step = plan.loops();
        this.constant = script.steps().stream().map(RequestSource::constant).toArray(PreparedRequest[]::new);
        PreparedRequest only = constant.length > 1 ? null : constant[0];
        this.size = only == null ? 0 : only.message().capacity();
        this.copies = only == null ? ByteBuffer.allocate(0) : copies(only.message(), plan.depth());
        this.scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
    }

    private static @Nullable PreparedRequest constant(Script.Step step) {
        Message expected = step.expected();
        boolean constant = step.message().isConstant() && (expected == null || expected.isConstant());
        return constant
                ? new PreparedRequest(direct(step.message()), expected == null ? null : direct(expected))
                : null;
    }

    private static ByteBuffer direct(Message message) {
        byte[] bytes = message.bytes(0);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static PreparedRequest request(Script.Step step, long serial) {
        Message expected = step.expected();
        return new PreparedRequest(
                ByteBuffer.wrap(step.message().bytes(serial)),
                expected == null ? null : ByteBuffer.wrap(expected.bytes(serial)));
    }

    private static ByteBuffer copies(ByteBuffer message, int depth) {
        int count = Math.min(depth + 1, 1 + COPIED_BYTES / message.capacity());
        ByteBuffer copies = ByteBuffer.allocateDirect(Math.multiplyExact(message.capacity(), count));
        while (copies.hasRemaining()) {
            copies.put(message.rewind());
        }
        return copies;
    }

    /** Returns a client's request number {@code turn}, counted from 0; the count may overflow. */
    PreparedRequest next(int turn) {
        int index = constant.length == 1 ? 0 : Math.floorMod(turn, constant.length);
        PreparedRequest request = constant[index];
        long number = serial;
        serial += step;
        return request != null ? request : request(script.steps().get(index), number);
    }

    /** Returns whether every request has the same message. */
    boolean hasOneMessage() {
        return size > 0;
    }

    /** Returns several copies of that message, starting at position 0. */
    ByteBuffer copies() {
        return copies.clear();
    }

    /** Returns the size of that message. */
    int size() {
        return size;
    }

    /** Returns an empty buffer for output. */
    ByteBuffer scratch() {
        return scratch.clear();
    }
}
