package dev.socketserver.examples.load;

/**
 * The state of the server's pool at one moment. The component names are those of {@code load --json}.
 *
 * @param workers workers, including starting ones
 * @param busy workers running a task
 * @param queued waiting tasks
 */
public record PoolSample(int workers, int busy, int queued) {}
