/** The command {@code demo}: two servers with the same number of threads, side by side under the same load. */
@NullMarked
package dev.socketserver.examples.demo;

import org.jspecify.annotations.NullMarked;
