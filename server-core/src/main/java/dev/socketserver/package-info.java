/**
 * Socket servers whose handlers are plain blocking code.
 *
 * <p>Subclass a server or give one a supplier of handlers; it accepts, runs each request on an
 * {@link java.util.concurrent.Executor} (by default an elastic pool of its own) and closes what it opened.
 */
@NullMarked
package dev.socketserver;

import org.jspecify.annotations.NullMarked;
