/** What a server reports to its operators: health, readiness and metrics. */
@NullMarked
package dev.socketserver.examples.health;

import org.jspecify.annotations.NullMarked;
