package dev.socketserver.bench.server;

import java.util.List;

/**
 * The servers under one workload. Immutable.
 *
 * @param workload its name on the command line
 * @param title its name in the report
 * @param servers each server, ours first
 */
record Result(String workload, String title, List<Summary> servers) {}
