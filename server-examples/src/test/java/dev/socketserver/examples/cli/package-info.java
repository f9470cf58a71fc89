/** Tests of what the commands have in common. */
package dev.socketserver.examples.cli;
