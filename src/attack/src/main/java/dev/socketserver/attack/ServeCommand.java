package dev.socketserver.attack;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code serve}: one server, until standard input ends. */
@Command(name = "serve", description = "Runs one of the servers, until standard input ends.")
public final class ServeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SERVER")
    private Subject subject = Subject.OURS;

    @Parameters(paramLabel = "PORT", description = "Where to listen, on loopback.")
    private int port;

    /** For the command line. */
    public ServeCommand() {}

    @Override
    public Integer call() throws IOException {
        subject.start(port);
        System.out.println(Target.LISTENING);
        while (System.in.read() >= 0) {
            // Only the end counts.
        }
        return 0;
    }
}
