/** An application as a user writes it, tested from outside. */
@NullMarked
package dev.socketserver.spring.example;

import org.jspecify.annotations.NullMarked;
