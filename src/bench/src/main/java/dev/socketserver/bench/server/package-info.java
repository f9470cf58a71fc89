/** Servers side by side: every one in a process of its own, under the same load, in interleaved rounds. */
@NullMarked
package dev.socketserver.bench.server;

import org.jspecify.annotations.NullMarked;
