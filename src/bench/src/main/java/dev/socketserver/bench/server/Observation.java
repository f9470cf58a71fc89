package dev.socketserver.bench.server;

import dev.socketserver.examples.report.LoadReport;

/**
 * What a client brings home.
 *
 * @param measurement the figures that servers are compared by
 * @param load the course of the load, for the page
 */
record Observation(Measurement measurement, LoadReport load) {}
