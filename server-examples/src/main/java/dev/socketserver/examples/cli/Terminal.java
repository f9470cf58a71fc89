package dev.socketserver.examples.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;

/** Detects whether a command runs in a terminal. */
public final class Terminal {
    private Terminal() {}

    /** Returns whether input and output are a terminal. From JDK 22 on, a console may exist without a terminal. */
    @SuppressWarnings("SystemConsoleNull") // It may be null up to JDK 21.
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

    /** Returns whether the system's encoding, which the terminal uses, can represent these characters. */
    public static boolean canShow(String characters) {
        return Charset.forName(System.getProperty("native.encoding", "US-ASCII"))
                .newEncoder()
                .canEncode(characters);
    }
}
