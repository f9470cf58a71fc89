package dev.socketserver.examples.load;

/**
 * How the pool of the server under load was at one moment. {@code load --json} writes it under these names.
 *
 * @param workers workers, starting ones included
 * @param busy workers that ran a task
 * @param queued tasks that waited
 */
public record PoolState(int workers, int busy, int queued) {}
