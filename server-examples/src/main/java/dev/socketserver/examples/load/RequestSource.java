package dev.socketserver.examples.load;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the requests of one loop's clients from a {@link Script}. Confined to the loop. */
final class RequestSource {
    private static final int SCRATCH_BYTES = 64 << 10;
    private static final int COPIED_BYTES = 128 << 10;

    private final Script script;
    /** By step; null if the step's message or answer has placeholders. */
    private final @Nullable PreparedRequest[] constant;
    /** The only message, several times, so that a pipeline of it can be sent at once; null if there are others. */
    private final @Nullable ByteBuffer copies;

    private final ByteBuffer scratch;
    private final int step;
    /** The number of the next request, of all that the loops make. */
    private long serial;

    /** For loop number {@code loop}, counted from 0, of {@code plan}. */
    RequestSource(LoadPlan plan, int loop) {
        this.script = plan.script();
        this.serial = loop;
        this.step = plan.loops();
        this.constant = script.steps().stream().map(RequestSource::constant).toArray(PreparedRequest[]::new);
        PreparedRequest only = constant[0];
        this.copies = constant.length > 1 || only == null ? null : copies(only.message(), plan.depth());
        this.scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
    }

    private static @Nullable PreparedRequest constant(Script.Step step) {
        Message expected = step.expected();
        boolean constant = step.message().isConstant() && (expected == null || expected.isConstant());
        return constant ? request(step, 0) : null;
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

    /** Returns the request that is somebody's {@code turn}, counted from 0. */
    PreparedRequest next(int turn) {
        int index = turn % constant.length;
        PreparedRequest request = constant[index];
        if (request == null) {
            request = request(script.steps().get(index), serial);
        }
        serial += step;
        return request;
    }

    /** Returns the only message, several times from position 0 on; null if requests differ. */
    @Nullable
    ByteBuffer copies() {
        return copies == null ? null : copies.clear();
    }

    /** Returns the size of the only message. */
    int size() {
        return Objects.requireNonNull(constant[0]).message().capacity();
    }

    /** Returns an empty buffer for bytes to send. */
    ByteBuffer scratch() {
        return scratch.clear();
    }
}
