/**
 * Admission control: how many connections, and how many new ones per second, a server takes from one source. Knows
 * nothing of servers.
 */
@NullMarked
package dev.socketserver.limit;

import org.jspecify.annotations.NullMarked;
