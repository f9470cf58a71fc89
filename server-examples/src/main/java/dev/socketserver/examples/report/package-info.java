/** How the results of load runs are shown, kept in files, and compared. */
@NullMarked
package dev.socketserver.examples.report;

import org.jspecify.annotations.NullMarked;
