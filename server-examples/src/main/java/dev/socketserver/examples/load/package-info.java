/**
 * A load tester for any server that answers with what it was sent.
 *
 * <p>A {@link dev.socketserver.examples.load.LoadPlan} says what to do, {@link dev.socketserver.examples.load.Load}
 * does it and returns a {@link dev.socketserver.examples.load.LoadResult}. A few {@code ClientLoop}s, each a thread
 * around a selector, drive the simulated {@code Client}s; a {@code Pace} says when each operation is meant to begin.
 */
@NullMarked
package dev.socketserver.examples.load;

import org.jspecify.annotations.NullMarked;
