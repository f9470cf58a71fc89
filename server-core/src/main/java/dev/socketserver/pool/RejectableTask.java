package dev.socketserver.pool;

/** A task that wants to know when the pool, having accepted it, gives it up without running it. */
public interface RejectableTask extends Runnable {

    /**
     * Called once, instead of {@link #run()}, outside the pool's lock, on a worker or on the thread that caused the
     * rejection. Not called when {@link ElasticThreadPool#execute} throws: then its caller knows already.
     *
     * @param why what happened
     */
    void rejected(RejectionReason why);
}
