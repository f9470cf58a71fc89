/** A server that speaks the protocol of Redis. */
@NullMarked
package dev.socketserver.examples.redis;

import org.jspecify.annotations.NullMarked;
