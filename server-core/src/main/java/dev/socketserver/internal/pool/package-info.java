/** The internal interface between the servers' engine and the elastic thread pool. */
@NullMarked
package dev.socketserver.internal.pool;

import org.jspecify.annotations.NullMarked;
