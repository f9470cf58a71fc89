package dev.socketserver.examples.cli;

import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an HTTP URL, and makes sure that its host is known. Thread-safe. */
public final class HttpUrlConverter implements ITypeConverter<URI> {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private final AddressConverter addresses = new AddressConverter();

    /** For picocli. */
    public HttpUrlConverter() {}

    @Override
    public URI convert(String value) {
        try {
            var uri = new URI(value);
            if (uri.getHost() != null && SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT))) {
                URL url = uri.toURL();
                addresses.convert(url.getHost() + ":" + (url.getPort() < 0 ? url.getDefaultPort() : url.getPort()));
                return uri;
            }
        } catch (URISyntaxException | MalformedURLException ignored) {
            // Told below, as is a URL of another kind.
        }
        throw new TypeConversionException("must be a URL, such as http://127.0.0.1:8080/metrics: " + value);
    }
}
