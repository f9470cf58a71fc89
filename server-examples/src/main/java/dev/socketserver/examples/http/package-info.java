/** A server that speaks HTTP/1.1. */
@NullMarked
package dev.socketserver.examples.http;

import org.jspecify.annotations.NullMarked;
