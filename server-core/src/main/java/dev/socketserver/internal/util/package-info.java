/** Small things that several packages need; not exported. */
@NullMarked
package dev.socketserver.internal.util;

import org.jspecify.annotations.NullMarked;
