/** A broker that speaks MQTT 3.1.1. */
@NullMarked
package dev.socketserver.examples.mqtt;

import org.jspecify.annotations.NullMarked;
