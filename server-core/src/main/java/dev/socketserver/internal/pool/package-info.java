/** What the servers' engine asks of an elastic thread pool, and users need not see. */
@NullMarked
package dev.socketserver.internal.pool;

import org.jspecify.annotations.NullMarked;
