/** The servers that are measured, each one small class at its best documented setting: ours and the JVM's others. */
@NullMarked
package dev.socketserver.bench.server.peer;

import org.jspecify.annotations.NullMarked;
