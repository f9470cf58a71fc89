package dev.socketserver.pool;

/** Makes the threads of workers, not started. */
interface WorkerThreads {
    Thread newThread(String name, Runnable body);
}
