package dev.socketserver.examples.cli;

import java.util.concurrent.Callable;

/**
 * A command that runs a server. What it prints only says that it does: it does not fail if that gets lost, for example
 * on a full disk or started by inetd.
 */
public interface Serving extends Callable<Integer> {}
