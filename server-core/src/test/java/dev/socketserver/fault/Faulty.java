package dev.socketserver.fault;

import java.nio.channels.spi.AbstractSelectableChannel;

/** A channel that may be made to fail. */
interface Faulty {
    /** Returns the channel behind it, which does not fail by itself. */
    AbstractSelectableChannel real();
}
