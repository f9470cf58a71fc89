package dev.socketserver.examples.replicas;

import java.nio.file.Path;
import org.testcontainers.images.builder.ImageFromDockerfile;

/** The images that the tests run: those of the files in {@code docker}, and HAProxy's. */
final class Image {
    private static final Path REPOSITORY = Path.of("..");
    private static final String JAR = "server-examples/target/server-examples.jar";
    private static final String DEFAULT_HAPROXY = "haproxy:3.2-alpine";

    private Image() {}

    /** Builds the image from the jar under test; on {@code BASE_IMAGE}, if the environment names one. */
    static ImageFromDockerfile examples() {
        var image = new ImageFromDockerfile()
                .withFileFromPath("Dockerfile", REPOSITORY.resolve("docker/Dockerfile"))
                .withFileFromPath(JAR, REPOSITORY.resolve(JAR))
                .withBuildArg("JAR", JAR);
        String base = System.getenv("BASE_IMAGE");
        return base == null ? image : image.withBuildArg("BASE_IMAGE", base).withBuildArg("BUILD_IMAGE", base);
    }

    /** Builds that of a user's own server, of the same jar. */
    static ImageFromDockerfile template() {
        var image = new ImageFromDockerfile()
                .withFileFromPath("Dockerfile", REPOSITORY.resolve("docker/template/Dockerfile"))
                .withFileFromPath("target/server.jar", REPOSITORY.resolve(JAR));
        String base = System.getenv("BASE_IMAGE");
        return base == null ? image : image.withBuildArg("BASE_IMAGE", base);
    }

    /** HAProxy's image: {@code HAPROXY_IMAGE}, if the environment names one. */
    static String haproxy() {
        String named = System.getenv("HAPROXY_IMAGE");
        return named == null ? DEFAULT_HAPROXY : named;
    }
}
