/**
 * Support for testing handlers without sockets, threads or waiting:
 * {@link dev.socketserver.testing.InMemoryConnection}, {@link dev.socketserver.testing.InMemoryDatagrams}, and
 * {@link dev.socketserver.testing.Splits}.
 *
 * <p>Handlers run with the library's own input, output, turns and order of calls; only the socket and the waiting are
 * replaced. Failed checks throw plain {@link AssertionError}s, so any test framework can be used.
 */
@NullMarked
package dev.socketserver.testing;

import org.jspecify.annotations.NullMarked;
