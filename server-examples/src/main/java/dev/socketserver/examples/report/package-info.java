/** Displays, stores and compares the results of load runs. */
@NullMarked
package dev.socketserver.examples.report;

import org.jspecify.annotations.NullMarked;
