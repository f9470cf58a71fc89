/**
 * Races of the elastic pool, in the pool's own package so that its parts can be driven step by step. Not null-marked,
 * because jcstress generates code into it.
 */
package dev.socketserver.pool;
