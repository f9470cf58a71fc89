/** Health checks and other pages for a server's operators, over HTTP. */
@NullMarked
package dev.socketserver.health;

import org.jspecify.annotations.NullMarked;
