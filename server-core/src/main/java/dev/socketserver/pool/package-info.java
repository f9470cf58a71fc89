/**
 * The elastic thread pool: an {@link java.util.concurrent.Executor} that grows when tasks wait and shrinks when workers
 * are idle, with a bounded queue and an overload policy. It does not depend on sockets and can be used without a
 * server.
 *
 * <p>Start with {@link dev.socketserver.pool.ElasticThreadPool} and {@link dev.socketserver.pool.PoolConfig}.
 *
 * <p>Inside, {@code PoolState} holds the state and the one lock; {@code Dispatcher} makes the decisions, each with the
 * lock held, and consults the rules ({@code GrowthRule}, {@code SurplusRule}, {@code StuckWatch}, {@code Overload}).
 * There are no dependency cycles between classes.
 */
@NullMarked
package dev.socketserver.pool;

import org.jspecify.annotations.NullMarked;
