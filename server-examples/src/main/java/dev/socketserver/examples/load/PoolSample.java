package dev.socketserver.examples.load;

/**
 * The state of the pool of the server under load at one moment. {@code load --json} writes these names.
 *
 * @param workers workers, starting ones included
 * @param busy workers that ran a task
 * @param queued tasks that waited
 */
public record PoolSample(int workers, int busy, int queued) {}
