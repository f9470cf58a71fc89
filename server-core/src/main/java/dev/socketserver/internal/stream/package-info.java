/**
 * Connections: how they are accepted, where they wait, how they are encrypted, how they end. Start with
 * {@link dev.socketserver.internal.stream.Poller}, which has the main loop, and
 * {@link dev.socketserver.internal.stream.Connection}.
 */
@NullMarked
package dev.socketserver.internal.stream;

import org.jspecify.annotations.NullMarked;
