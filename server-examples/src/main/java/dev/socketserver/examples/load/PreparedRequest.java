package dev.socketserver.examples.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A message and its expected answer. Confined to one client loop, whose clients change the positions of the buffers.
 *
 * @param message the bytes to send
 * @param expected the bytes of the right answer; null if unknown
 */
record PreparedRequest(ByteBuffer message, @Nullable ByteBuffer expected) {}
