/** Datagrams: how they are received, served by the thread that receives, and answered. */
@NullMarked
package dev.socketserver.internal.udp;

import org.jspecify.annotations.NullMarked;
