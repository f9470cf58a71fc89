/** What a server tells to those who run it: whether it is alive and ready, and its figures. */
@NullMarked
package dev.socketserver.examples.health;

import org.jspecify.annotations.NullMarked;
