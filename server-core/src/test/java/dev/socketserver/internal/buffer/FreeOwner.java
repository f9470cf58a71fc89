package dev.socketserver.internal.buffer;

import java.io.IOException;

/** A connection that allows everything, and has no next message. */
final class FreeOwner implements StreamOwner {
    @Override
    public void beforeUse() {}

    @Override
    public void beforeRead() {}

    @Override
    public void beforeWrite() {}

    @Override
    public void inside(Inside what) {}

    @Override
    public boolean awaitMessage(long seen) {
        return false;
    }

    @Override
    public <E extends IOException> E fault(E failure) {
        return failure;
    }
}
