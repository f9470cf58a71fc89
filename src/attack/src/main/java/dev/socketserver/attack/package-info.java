/** Attacks on servers, ours and others, and what a well-behaved client sees of them. */
@NullMarked
package dev.socketserver.attack;

import org.jspecify.annotations.NullMarked;
