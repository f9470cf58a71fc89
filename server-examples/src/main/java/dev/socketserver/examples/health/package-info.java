/** What the examples report to their operators: the library's health checks, and metrics. */
@NullMarked
package dev.socketserver.examples.health;

import org.jspecify.annotations.NullMarked;
