package dev.socketserver.examples.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Files that a command writes when it has finished. */
public final class OutputFile {
    private OutputFile() {}

    /**
     * Writes a file.
     *
     * @throws IOException if that fails, as on a full disk; the message names the file
     */
    public static void write(Path file, String text) throws IOException {
        try {
            Files.writeString(file, text);
        } catch (FileSystemException e) {
            throw e; // which names it
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Checks before a command starts its work that a file can be written; does not change the file system.
     *
     * @param option the option that names the file
     * @param file the file; null for none
     * @throws ParameterException if it cannot be written
     */
    public static void check(CommandLine command, String option, @Nullable Path file) {
        if (file == null) {
            return;
        }
        if (Files.isDirectory(file)) {
            throw new ParameterException(command, option + " is a directory: " + file);
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new ParameterException(command, option + " is in no directory: " + file);
        }
        try {
            if (Files.notExists(file)) {
                Files.createFile(file);
                Files.delete(file);
            } else if (Files.isRegularFile(file)) {
                Files.newByteChannel(file, StandardOpenOption.WRITE).close();
            }
        } catch (IOException e) {
            String reason = e instanceof AccessDeniedException ? " (access denied)" : "";
            throw new ParameterException(command, option + " cannot be written: " + file + reason, e);
        }
    }
}
