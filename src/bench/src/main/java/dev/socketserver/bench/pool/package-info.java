/** The elastic pool side by side with the pools that people use today. */
@NullMarked
package dev.socketserver.bench.pool;

import org.jspecify.annotations.NullMarked;
