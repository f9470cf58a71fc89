/** Several servers behind a balancer: restarted, killed and frozen while clients ask. */
@NullMarked
package dev.socketserver.examples.replicas;

import org.jspecify.annotations.NullMarked;
