package dev.socketserver.spring;

import dev.socketserver.net.Cidr;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Tells what the library does not allow by the name of a property. The library's messages begin with the name of the
 * option; a record of properties has a component of the same name. Stateless.
 */
final class Checked {
    private Checked() {}

    /**
     * Properties.
     *
     * @param prefix theirs, without the last dot
     */
    record Source(String prefix, Record properties) {}

    /**
     * Returns what is made of the properties.
     *
     * @param prefix that of the properties, without the last dot
     * @throws InvalidConfigurationPropertyValueException if a value is not allowed
     */
    static <T> T of(String prefix, Record properties, Supplier<T> made) {
        return of(List.of(new Source(prefix, properties)), made);
    }

    /**
     * Returns what is made of properties.
     *
     * @param sources each one's values take precedence over those before; at least one, unless nothing can fail
     * @throws InvalidConfigurationPropertyValueException if a value is not allowed
     */
    static <T> T of(List<Source> sources, Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw failure(sources, String.valueOf(e.getMessage()));
        }
    }

    /** Returns networks in CIDR notation, the value of one property. */
    static List<Cidr> cidrs(String property, @Nullable List<String> texts) {
        try {
            return texts == null ? List.of() : texts.stream().map(Cidr::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationPropertyValueException(property, texts, String.valueOf(e.getMessage()));
        }
    }

    /** Names the property of the option that the reason begins with: the last one that is set, or else the first. */
    private static RuntimeException failure(List<Source> sources, String reason) {
        String option = reason.replaceFirst(" .*", "");
        RuntimeException failure = null;
        for (Source source : sources) {
            for (RecordComponent component : source.properties.getClass().getRecordComponents()) {
                Object value = component.getName().equals(option) ? value(component, source.properties) : null;
                if (value != null || (failure == null && component.getName().equals(option))) {
                    failure = new InvalidConfigurationPropertyValueException(
                            source.prefix + "." + property(option), value, reason);
                }
            }
        }
        Source last = sources.get(sources.size() - 1);
        return failure != null
                ? failure
                : new InvalidConfigurationPropertyValueException(last.prefix, last.properties, reason);
    }

    /** Returns the name of the property of an option: {@code idle-timeout} of {@code idleTimeout}. */
    static String property(String option) {
        return option.replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    private static @Nullable Object value(RecordComponent component, Record properties) {
        try {
            component.getAccessor().setAccessible(true); // the records are not public
            return component.getAccessor().invoke(properties);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}
