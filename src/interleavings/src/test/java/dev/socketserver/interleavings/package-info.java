/** Controlled schedules for the engine's classes. */
@NullMarked
package dev.socketserver.interleavings;

import org.jspecify.annotations.NullMarked;
