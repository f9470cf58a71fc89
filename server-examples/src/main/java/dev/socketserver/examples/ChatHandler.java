package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.ServerState;
import dev.socketserver.StreamRequestHandler;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A user's connection to a chat: each line is sent to all others. Confined to its connection's turn. */
final class ChatHandler extends StreamRequestHandler {
    private static final int MAX_LINE = 1_000;
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_-]{1,20}");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}"); // could move the cursor of a reader's terminal

    /** The state shared by the users of a chat. Thread-safe. */
    static final class Room {
        private final ConnectionGroup people = new ConnectionGroup();
        private final Set<String> names = ConcurrentHashMap.newKeySet();
    }

    private final Room room;
    private @Nullable String name; // null until the user has entered it

    ChatHandler(Room room) {
        this.room = room;
    }

    @Override
    protected void setup() throws IOException {
        say("your name?");
    }

    @Override
    protected void handle() throws IOException {
        String line = in().readLine(UTF_8, MAX_LINE);
        if (line == null) {
            return; // the peer has gone
        }
        String text = CONTROL.matcher(line).replaceAll("").strip();
        if (text.equals("/quit")) {
            say("bye");
            return;
        }
        if (name == null) {
            enter(text);
        } else if (text.equals("/who")) {
            say(String.join(", ", new TreeSet<>(room.names)));
        } else if (!text.isEmpty()) {
            tellOthers(name + ": " + text);
        }
        keepOpen();
    }

    private void enter(String wanted) throws IOException {
        if (!NAME.matcher(wanted).matches()) {
            say("a name has 1 to 20 letters, digits, - or _; your name?");
        } else if (!room.names.add(wanted)) {
            say(wanted + " is here already; your name?");
        } else {
            name = wanted;
            room.people.join(connection());
            say("hello " + wanted + "; /who lists the users, /quit leaves");
            tellOthers("* " + wanted + " has come");
        }
    }

    private void say(String line) throws IOException {
        out().write(line + "\n", UTF_8);
    }

    private void tellOthers(String line) {
        room.people.sendExcept(connection(), line + "\n", UTF_8);
    }

    @Override
    protected void goodbye() throws IOException {
        say("* the chat is closing");
    }

    /** Announces that the user has left. The connection leaves the group automatically. */
    @Override
    protected void finish() {
        if (name != null) {
            room.names.remove(name);
            if (server().state() != ServerState.DRAINING) { // during a drain all leave, which is not announced
                tellOthers("* " + name + " has left");
            }
        }
    }
}
