/**
 * Thread pools for tasks with results, on the workers of {@link dev.socketserver.pool}: what Christopher Arndt's
 * {@code threadpool} and metachris' {@code ThreadPool} do in Python.
 *
 * <p>Start with {@link dev.socketserver.task.TaskPool}.
 */
@NullMarked
package dev.socketserver.task;

import org.jspecify.annotations.NullMarked;
