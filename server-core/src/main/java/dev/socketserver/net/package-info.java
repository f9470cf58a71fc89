/** Address ranges, the PROXY protocol and TLS settings. Every type is immutable or stateless, and thread-safe. */
@NullMarked
package dev.socketserver.net;

import org.jspecify.annotations.NullMarked;
