/** Projects that use the library as a jar, as others do. */
@NullMarked
package dev.socketserver.consumer;

import org.jspecify.annotations.NullMarked;
