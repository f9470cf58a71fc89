/** Shared by the commands: parsing values, detecting a terminal, graceful exit on a signal. */
@NullMarked
package dev.socketserver.examples.cli;

import org.jspecify.annotations.NullMarked;
