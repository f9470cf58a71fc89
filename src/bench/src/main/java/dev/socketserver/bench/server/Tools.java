package dev.socketserver.bench.server;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/** Other programs of the machine. */
final class Tools {
    private Tools() {}

    /** Runs a command in silence; false if it fails or is not there. */
    static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(Redirect.DISCARD)
                            .redirectError(Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
