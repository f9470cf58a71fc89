/**
 * Tests a handler without a socket, a thread, or a wait: {@link dev.socketserver.testing.InMemoryConnection},
 * {@link dev.socketserver.testing.InMemoryDatagrams}, and {@link dev.socketserver.testing.Splits}.
 *
 * <p>What a handler meets here is the library's own input and output, turns, and order of calls; only the socket and
 * the waiting are replaced. Failed checks are plain {@link AssertionError}s, so any test framework will do.
 */
@NullMarked
package dev.socketserver.testing;

import org.jspecify.annotations.NullMarked;
