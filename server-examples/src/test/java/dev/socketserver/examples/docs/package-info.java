/** Tests of what the pages say to type. */
@NullMarked
package dev.socketserver.examples.docs;

import org.jspecify.annotations.NullMarked;
