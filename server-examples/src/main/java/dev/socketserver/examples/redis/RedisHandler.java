package dev.socketserver.examples.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** A client's connection: each call handles one command. Confined to its connection's turn. */
public final class RedisHandler extends StreamRequestHandler {
    private static final int MOST_CHANNELS = 1_000;
    private static final int MOST_QUEUED = 4 * Resp.LONGEST; // bytes; a reply or message is longer than its command
    private static final Set<String> WHILE_SUBSCRIBED = Set.of("SUBSCRIBE", "UNSUBSCRIBE", "PING", "QUIT");

    /** What the clients share. Thread-safe. */
    public static final class Service {
        private final Database data;
        private final Channels channels = new Channels();

        /** Creates one on a database. */
        public Service(Database data) {
            this.data = data;
        }
    }

    private final Service service;
    private final Set<String> subscriptions = new TreeSet<>();
    private boolean queueing; // replies keep their order with the messages of others

    /** Creates a handler of one client. */
    public RedisHandler(Service service) {
        this.service = service;
    }

    /** Returns the configuration, in which a client that does not read its messages is disconnected. */
    public static ServerConfig.Builder configure(ServerConfig.Builder config) {
        return config.framing(Resp.FRAMING).outboundLimit(MOST_QUEUED);
    }

    @Override
    protected void handle() throws IOException {
        String[] words;
        try {
            words = Resp.read(in().buffer());
        } catch (ProtocolException e) {
            reply(Resp.error("ERR Protocol error: " + e.getMessage()));
            return;
        }
        if (words == null) {
            return; // the peer has gone
        }
        if (words.length > 0) {
            String name = words[0].toUpperCase(Locale.ROOT);
            if (name.equals("POST") || name.equals("HOST:")) {
                return; // a browser, which a page has told to send commands here
            }
            try {
                run(name, words);
            } catch (RedisException e) {
                reply(e.reply());
            }
            if (name.equals("QUIT")) {
                return;
            }
        }
        keepOpen();
    }

    private void run(String name, String[] words) throws IOException {
        if (!subscriptions.isEmpty() && !WHILE_SUBSCRIBED.contains(name)) {
            throw new RedisException("ERR only (UN)SUBSCRIBE, PING and QUIT are allowed in this context");
        }
        switch (name) {
            case "PING" -> reply(pong(words));
            case "QUIT" -> reply(Resp.OK);
            case "HELLO" -> throw new RedisException("NOPROTO this is RESP2, without HELLO");
            case "SUBSCRIBE" -> subscribe(words);
            case "UNSUBSCRIBE" -> unsubscribe(words);
            case "PUBLISH" -> reply(publish(words));
            default -> reply(Commands.run(service.data, name, words));
        }
    }

    /** Replies behind what was sent to the client before, which is queued once it has subscribed. */
    private void reply(String reply) throws IOException {
        if (queueing) {
            connection().send(reply, ISO_8859_1);
        } else {
            out().write(reply, ISO_8859_1);
        }
    }

    private String pong(String[] words) {
        if (words.length > 2) {
            throw Arguments.wrongNumber(words[0]);
        }
        String text = words.length == 2 ? words[1] : "";
        if (!subscriptions.isEmpty()) {
            return Resp.array(List.of("pong", text));
        }
        return words.length == 2 ? Resp.string(text) : "+PONG\r\n";
    }

    private String publish(String[] words) {
        if (words.length != 3) {
            throw Arguments.wrongNumber(words[0]);
        }
        return Resp.integer(service.channels.publish(words[1], words[2]));
    }

    private void subscribe(String[] words) throws IOException {
        if (words.length == 1) {
            throw Arguments.wrongNumber(words[0]);
        }
        queueing = true;
        for (String channel : Arrays.asList(words).subList(1, words.length)) {
            if (subscriptions.size() == MOST_CHANNELS) {
                throw new RedisException("ERR too many channels");
            }
            subscriptions.add(channel);
            reply(Resp.push("subscribe", channel, Resp.integer(subscriptions.size())));
            service.channels.join(channel, connection()); // after the reply, before any message
        }
    }

    private void unsubscribe(String[] words) throws IOException {
        List<String> channels =
                words.length > 1 ? Arrays.asList(words).subList(1, words.length) : List.copyOf(subscriptions);
        for (String channel : channels) {
            if (subscriptions.remove(channel)) {
                service.channels.leave(channel, connection()); // before the reply, after the last message
            }
            reply(Resp.push("unsubscribe", channel, Resp.integer(subscriptions.size())));
        }
        if (channels.isEmpty()) {
            reply(Resp.push("unsubscribe", null, Resp.integer(0)));
        }
    }

    @Override
    protected void finish() {
        subscriptions.forEach(channel -> service.channels.leave(channel, connection()));
    }
}
