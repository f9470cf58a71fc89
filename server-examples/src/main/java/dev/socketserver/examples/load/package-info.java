/**
 * A load tester for request-reply servers.
 *
 * <p>{@link dev.socketserver.examples.load.Load} runs a {@link dev.socketserver.examples.load.LoadPlan} and returns a
 * {@link dev.socketserver.examples.load.LoadResult}. A few {@code ClientLoop}s, each a thread with a selector, drive
 * the simulated {@code Client}s; a {@code Schedule} determines when each operation begins.
 */
@NullMarked
package dev.socketserver.examples.load;

import org.jspecify.annotations.NullMarked;
