package dev.socketserver.examples.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A message and the answer that must come back. Confined to one client loop, whose clients move the positions of the
 * buffers.
 *
 * @param message the bytes to send
 * @param expected the bytes of the right answer; null if they are not known
 */
record PreparedRequest(ByteBuffer message, @Nullable ByteBuffer expected) {}
