/**
 * Races of the engine, in its own package so that its parts can be driven step by step. Not null-marked, because
 * jcstress generates code into it.
 */
package dev.socketserver.internal.run;
