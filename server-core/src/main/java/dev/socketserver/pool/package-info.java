/**
 * The elastic thread pool: an {@link java.util.concurrent.Executor} that grows when tasks wait and shrinks when workers
 * do, with a bounded queue and a policy for overload. It knows nothing of sockets and is useful without a server.
 *
 * <p>Start with {@link dev.socketserver.pool.ElasticThreadPool} and {@link dev.socketserver.pool.PoolConfig}.
 *
 * <p>Inside, {@code PoolState} holds the state and the one lock; {@code Dispatcher} makes the decisions, each with the
 * lock held, and asks the rules ({@code GrowthRule}, {@code SurplusRule}, {@code StuckWatch}, {@code Overload}). No
 * class knows one that knows it.
 */
@NullMarked
package dev.socketserver.pool;

import org.jspecify.annotations.NullMarked;
