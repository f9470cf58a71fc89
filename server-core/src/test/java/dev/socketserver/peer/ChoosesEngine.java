package dev.socketserver.peer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * A test class that runs on every engine by itself, so that it would say nothing new where the build chooses one for
 * the tests that leave it open; see {@link Loopback}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(named = "test.engine", matches = ".+", disabledReason = "chooses engines itself")
@DisabledIfSystemProperty(named = "test.selectors", matches = ".+", disabledReason = "chooses engines itself")
public @interface ChoosesEngine {}
