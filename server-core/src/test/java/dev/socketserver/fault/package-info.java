/** The JDK's channels and selectors, made to fail. */
@NullMarked
package dev.socketserver.fault;

import org.jspecify.annotations.NullMarked;
