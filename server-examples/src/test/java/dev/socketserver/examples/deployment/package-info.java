/** What lies in the folder {@code docker}: whether it is well formed, and fits the server that it deploys. */
@NullMarked
package dev.socketserver.examples.deployment;

import org.jspecify.annotations.NullMarked;
