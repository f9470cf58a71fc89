package dev.socketserver.pool;

/** A task that is notified if the pool accepts it but later drops it without running it. */
public interface RejectableTask extends Runnable {

    /**
     * Called once, instead of {@link #run()}, by a worker or by the thread that caused the rejection; never with a lock
     * held. The pool may have terminated since. Not called if {@link ElasticThreadPool#execute} throws, since the
     * exception already informs the caller.
     *
     * @param why the reason
     */
    void rejected(RejectionReason why);
}
