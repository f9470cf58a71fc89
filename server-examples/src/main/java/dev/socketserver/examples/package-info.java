/** Runnable servers, the demonstration and the load tester, behind one command line. */
@NullMarked
package dev.socketserver.examples;

import org.jspecify.annotations.NullMarked;
