/** What is known of networks and of the proxies in them. Every type here is immutable, or has no state. */
@NullMarked
package dev.socketserver.net;

import org.jspecify.annotations.NullMarked;
