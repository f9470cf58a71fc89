package dev.socketserver.attack;

import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the clients of a soak do. */
enum SoakBehaviour {
    /** Connects, asks, and leaves, half of the time by a reset. */
    CHURN(3, true) {
        @Override
        void visit(SoakClient client) throws IOException {
            client.pause(20);
            try (SoakConnection connection = client.connect()) {
                client.ask(connection, 2);
                if (client.random().nextBoolean()) {
                    connection.resetAtClose();
                }
            }
        }
    },
    /** Keeps its connection, and asks up to 20 lines at once. */
    KEEP(6, true) {
        @Override
        void visit(SoakClient client) throws IOException {
            try (SoakConnection connection = client.connect()) {
                for (int rest = client.random().nextInt(1000); rest > 0 && !client.isStopped(); rest--) {
                    client.ask(connection, 20);
                    client.pause(20);
                }
            }
        }
    },
    /** Asks, and stays silent until the server closes the connection. */
    FALL_SILENT(4, true) {
        @Override
        void visit(SoakClient client) throws IOException {
            try (SoakConnection connection = client.connect()) {
                int before = client.changes();
                connection.ask(List.of(SoakHandler.SILENT));
                client.answered(before, 1);
                before = client.changes();
                String read = connection.readLine();
                if (read != null) {
                    throw new ProtocolException("expected the end, but read " + read);
                }
                client.answered(before, 0);
            }
        }
    },
    /** Joins the group, reads what is pushed, and leaves it, or just goes. */
    JOIN(8, true) {
        @Override
        void visit(SoakClient client) throws IOException {
            try (SoakConnection connection = client.connect()) {
                connection.ask(List.of(SoakHandler.JOIN));
                long expected = -1;
                for (int rest = client.random().nextInt(100); rest > 0 && !client.isStopped(); rest--) {
                    int before = client.changes();
                    expected = 1 + pushed(connection.readLine(), expected);
                    client.answered(before, 1);
                }
                if (client.random().nextBoolean()) {
                    connection.send(List.of(SoakHandler.LEAVE));
                    String read = connection.readLine();
                    while (!SoakHandler.LEAVE.equals(read)) {
                        expected = 1 + pushed(read, expected);
                        read = connection.readLine();
                    }
                }
            }
        }
    },
    /** Sends datagrams, each up to three times. */
    DATAGRAM(2, true) {
        @Override
        void visit(SoakClient client) throws IOException {
            client.pause(20);
            try (var socket = new DatagramSocket()) {
                socket.connect(client.servers().udp());
                socket.setSoTimeout((int) SoakConnection.PATIENCE.toMillis() / 3);
                int before = client.changes();
                exchange(socket, client.line());
                client.answered(before, 1);
            }
        }
    },
    /** Connects for TLS, and goes or breaks the handshake. */
    BREAK_HANDSHAKE(2, false) {
        @Override
        void visit(SoakClient client) throws IOException {
            client.pause(100);
            try (SoakConnection connection =
                    SoakConnection.misbehaved(client.servers().tls())) {
                connection.send(beginning(client.random().nextInt(HELLO.length + 1)));
                client.pause(client.random().nextBoolean() ? 1 : 8000);
                if (client.random().nextBoolean()) {
                    connection.resetAtClose();
                } else if (client.random().nextBoolean()) {
                    connection.send(new byte[100]);
                }
            }
        }
    },
    /** Breaks the protocol, or stops inside a line. */
    BREAK_PROTOCOL(2, false) {
        @Override
        void visit(SoakClient client) throws IOException {
            client.pause(100);
            try (SoakConnection connection =
                    SoakConnection.misbehaved(client.servers().tcp())) {
                switch (client.random().nextInt(3)) {
                    case 0 -> connection.send(List.of(client.line(), SoakHandler.WRONG, client.line()));
                    case 1 -> connection.send(new byte[2 * LineProtocol.LONGEST_LINE]);
                    default -> connection.send("part".getBytes(StandardCharsets.UTF_8));
                }
                client.pause(4000);
            }
        }
    },
    /** Joins the group, or asks very much, and reads nothing. */
    READ_NOTHING(3, false) {
        @Override
        void visit(SoakClient client) throws IOException {
            try (SoakConnection connection =
                    SoakConnection.misbehaved(client.servers().tcp())) {
                connection.send(List.of(SoakHandler.JOIN));
                if (client.random().nextBoolean()) {
                    connection.send(Collections.nCopies(20_000, client.line()));
                }
                client.pause(6000);
                connection.resetAtClose();
            }
        }
    };

    /** How a TLS client begins: a record with a ClientHello of 512 bytes, which is none. */
    private static final byte[] HELLO = new byte[517];

    static {
        System.arraycopy(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 252, 3, 3}, 0, HELLO, 0, 11);
    }

    private final int clients;
    private final boolean behaves;

    SoakBehaviour(int clients, boolean behaves) {
        this.clients = clients;
        this.behaves = behaves;
    }

    /** Connects, does what is done, and leaves. */
    abstract void visit(SoakClient client) throws IOException;

    /** Returns how many clients do so. */
    int clients() {
        return clients;
    }

    /** Returns whether such a client may expect to be served. */
    boolean behaves() {
        return behaves;
    }

    private static byte[] beginning(int length) {
        return Arrays.copyOf(HELLO, length);
    }

    /** Returns the number of the message, which has to follow the last one. */
    private static long pushed(@Nullable String line, long expected) throws IOException {
        if (line == null) {
            throw new EOFException("no message");
        } else if (!line.startsWith(SoakHandler.PUSH)) {
            throw new ProtocolException("expected a message, but read " + line);
        }
        long number = Long.parseLong(line.split(" ", 3)[1]);
        if (expected >= 0 && number != expected) {
            throw new ProtocolException("expected message " + expected + ", but read " + line);
        }
        return number;
    }

    private static void exchange(DatagramSocket socket, String line) throws IOException {
        byte[] sent = line.getBytes(StandardCharsets.UTF_8);
        for (int attempt = 1; ; attempt++) {
            var received = new DatagramPacket(new byte[2 * LineProtocol.LONGEST_LINE], 2 * LineProtocol.LONGEST_LINE);
            socket.send(new DatagramPacket(sent, sent.length));
            try {
                socket.receive(received);
                String read = new String(received.getData(), 0, received.getLength(), StandardCharsets.UTF_8);
                SoakConnection.expect(line, read);
                return;
            } catch (SocketTimeoutException e) {
                if (attempt == 3) {
                    throw e;
                }
            }
        }
    }
}
