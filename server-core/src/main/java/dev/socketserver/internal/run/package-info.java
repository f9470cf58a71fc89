/**
 * One run of a server, from the bound socket to the last request: accepting, the turns of requests, deadlines, the
 * drain. Knows requests and endpoints of any transport; knows servers and handlers by
 * {@link dev.socketserver.internal.run.Hooks} only. Start with {@link dev.socketserver.internal.run.ServerRun}.
 */
@NullMarked
package dev.socketserver.internal.run;

import org.jspecify.annotations.NullMarked;
