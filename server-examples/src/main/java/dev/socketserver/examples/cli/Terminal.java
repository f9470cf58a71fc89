package dev.socketserver.examples.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;

/** Whether somebody is looking. */
public final class Terminal {
    private Terminal() {}

    /** Whether input and output are a terminal's. From JDK 22 on there is a console without one, too; it says so. */
    @SuppressWarnings("SystemConsoleNull") // It may still be, up to JDK 21.
    public static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException older) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Console.isTerminal cannot be called", e);
        }
    }

    /** Whether the system's encoding, which is the terminal's, has these characters. */
    public static boolean canShow(String characters) {
        return Charset.forName(System.getProperty("native.encoding", "US-ASCII"))
                .newEncoder()
                .canEncode(characters);
    }
}
