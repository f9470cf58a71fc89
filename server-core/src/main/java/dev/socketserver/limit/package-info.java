/** Admission control: limits on the connections and the connection rate of each source. Independent of servers. */
@NullMarked
package dev.socketserver.limit;

import org.jspecify.annotations.NullMarked;
