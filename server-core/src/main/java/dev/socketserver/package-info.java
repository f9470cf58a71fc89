/**
 * Socket servers with blocking handlers.
 *
 * <p>Subclass a server or pass it a supplier of handlers. The server accepts requests, runs each on an
 * {@link java.util.concurrent.Executor} (by default its own elastic pool) and closes everything it opened.
 */
@NullMarked
package dev.socketserver;

import org.jspecify.annotations.NullMarked;
