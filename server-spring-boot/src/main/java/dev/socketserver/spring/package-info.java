/**
 * Servers as beans of a Spring Boot application: the context starts and drains them, properties configure them, health
 * and meters show them, and SSL bundles hold their certificates.
 */
@NullMarked
package dev.socketserver.spring;

import org.jspecify.annotations.NullMarked;
