/** Interleavings of the engine, in its own package so that its parts can be driven step by step. */
@NullMarked
package dev.socketserver.internal.lead;

import org.jspecify.annotations.NullMarked;
