package dev.socketserver.spring.example;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** A client that sends lines. Confined to one thread. */
final class Client implements Closeable {
    private final Socket socket;
    private final BufferedReader answers;

    Client(Socket socket) throws IOException {
        this.socket = socket;
        answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    }

    static Client of(int port) throws IOException {
        return new Client(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    void send(String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(US_ASCII));
    }

    @Nullable
    String answer() throws IOException {
        return answers.readLine();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
