/**
 * Task pools with results, on the threads of {@link dev.socketserver.pool}: the Java counterparts of Christopher
 * Arndt's {@code threadpool}, metachris' {@code ThreadPool} and {@code multiprocessing.dummy.Pool} in Python.
 *
 * <p>Start with {@link dev.socketserver.task.TaskPool}.
 */
@NullMarked
package dev.socketserver.task;

import org.jspecify.annotations.NullMarked;
