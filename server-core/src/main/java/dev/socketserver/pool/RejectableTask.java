package dev.socketserver.pool;

/** A task that is notified if the pool, having accepted it, gives it up without running it. */
public interface RejectableTask extends Runnable {

    /**
     * Called once, instead of {@link #run()}, by a worker or by the thread that caused the rejection; never with a lock
     * held. Not called if {@link ElasticThreadPool#execute} throws, which tells the caller already.
     *
     * @param why the reason
     */
    void rejected(RejectionReason why);
}
