/** What the commands have in common: reading values, knowing a terminal, ending well on a signal. */
@NullMarked
package dev.socketserver.examples.cli;

import org.jspecify.annotations.NullMarked;
