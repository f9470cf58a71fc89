package dev.socketserver.task;

/** What a worker does when nobody asks for a result. */
@FunctionalInterface
public interface Task {
    /**
     * Does it.
     *
     * @throws Exception whatever went wrong; it is logged
     */
    void run() throws Exception;
}
