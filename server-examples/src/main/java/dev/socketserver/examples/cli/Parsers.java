package dev.socketserver.examples.cli;

import java.math.BigDecimal;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses values that several commands accept. All methods throw {@link IllegalArgumentException} with a message for
 * users.
 */
public final class Parsers {
    private static final Pattern TIME = Pattern.compile("([-+]?[\\d.]+)(us|ms|s|m|h|)");
    private static final Map<String, BigDecimal> UNITS = Map.of(
            "us", BigDecimal.valueOf(1, 6),
            "ms", BigDecimal.valueOf(1, 3),
            "s", BigDecimal.ONE,
            "", BigDecimal.ONE,
            "m", BigDecimal.valueOf(60),
            "h", BigDecimal.valueOf(3600));
    private static final BigDecimal LONGEST =
            BigDecimal.valueOf(Duration.ofDays(365).toSeconds());
    private static final int NANO_DIGITS = 9;
    private static final Set<String> WEB = Set.of("http", "https");

    private Parsers() {}

    /** Parses a time such as {@code 10s}, {@code 500ms} or {@code 2m}, or a number of seconds such as {@code 0.5}. */
    public static Duration time(String text) {
        Matcher matcher = TIME.matcher(text);
        try {
            if (matcher.matches()) {
                BigDecimal seconds = new BigDecimal(matcher.group(1)).multiply(UNITS.get(matcher.group(2)));
                if (seconds.abs().compareTo(LONGEST) <= 0) {
                    return Duration.ofNanos(seconds.movePointRight(NANO_DIGITS).longValue());
                }
            }
        } catch (NumberFormatException ignored) {
            // The message is the same as for a time that is too long.
        }
        throw new IllegalArgumentException("must be a time, such as 10, 0.5, 500ms or 2m: " + text);
    }

    /** Parses an HTTP URL whose host can be resolved. */
    public static URI url(String text) {
        try {
            var uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (uri.getHost() != null && WEB.contains(scheme)) {
                URL url = uri.toURL();
                int port = url.getPort() < 0 ? url.getDefaultPort() : url.getPort();
                Target.parse(url.getHost() + ":" + port);
                return uri;
            }
        } catch (URISyntaxException | MalformedURLException ignored) {
            // The message is the same as for a URL of another kind.
        }
        throw new IllegalArgumentException("must be a URL, such as http://127.0.0.1:8080/metrics: " + text);
    }
}
