package dev.socketserver.examples.redis;

import static java.util.Map.entry;

import java.time.Duration;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The commands that work on data, and their replies. */
final class Commands {
    private static final int MANY = Integer.MAX_VALUE;

    /** Runs a command, whose name is the first word. */
    @FunctionalInterface
    private interface Action {
        String run(Database data, String[] words);
    }

    /**
     * A command that takes so many words behind its name.
     *
     * @param least how many at least
     * @param most how many at most
     */
    private record Command(int least, int most, Action action) {
        String run(Database data, String[] words) {
            if (words.length <= least || words.length - 1 > most) {
                throw Arguments.wrongNumber(words[0]);
            }
            return action.run(data, words);
        }
    }

    private static final Map<String, Command> ALL = Map.ofEntries(
            entry("ECHO", new Command(1, 1, (data, words) -> Resp.string(words[1]))),
            entry("SELECT", new Command(1, 1, (data, words) -> select(words[1]))),
            // keys
            entry("DBSIZE", new Command(0, 0, (data, words) -> Resp.integer(data.size()))),
            entry("FLUSHALL", new Command(0, 1, (data, words) -> clear(data))),
            entry("DEL", new Command(1, MANY, (data, words) -> count(words, data::remove))),
            entry("EXISTS", new Command(1, MANY, (data, words) -> count(words, key -> data.millisLeft(key) > -2))),
            entry("TYPE", new Command(1, 1, (data, words) -> "+" + data.type(words[1]) + "\r\n")),
            entry(
                    "EXPIRE",
                    new Command(2, 2, (data, words) -> flag(data.expire(words[1], Arguments.seconds(words[2]))))),
            entry(
                    "PEXPIRE",
                    new Command(2, 2, (data, words) -> flag(data.expire(words[1], Arguments.millis(words[2]))))),
            entry("PERSIST", new Command(1, 1, (data, words) -> flag(data.persist(words[1])))),
            entry("TTL", new Command(1, 1, (data, words) -> Resp.integer(secondsLeft(data, words[1])))),
            entry("PTTL", new Command(1, 1, (data, words) -> Resp.integer(data.millisLeft(words[1])))),
            // strings
            entry("GET", new Command(1, 1, (data, words) -> Resp.string(data.get(words[1])))),
            entry("SET", new Command(2, MANY, Commands::set)),
            entry("STRLEN", new Command(1, 1, (data, words) -> Resp.integer(length(data.get(words[1]))))),
            entry("APPEND", new Command(2, 2, (data, words) -> append(data, words[1], words[2]))),
            // counters
            entry("INCR", new Command(1, 1, (data, words) -> add(data, words[1], 1))),
            entry("DECR", new Command(1, 1, (data, words) -> add(data, words[1], -1))),
            entry("INCRBY", new Command(2, 2, (data, words) -> add(data, words[1], Arguments.number(words[2])))),
            // lists
            entry(
                    "LPUSH",
                    new Command(
                            2,
                            MANY,
                            (data, words) -> data.withList(words[1], list -> {
                                Arguments.rest(words).forEach(list::addFirst);
                                return Resp.integer(list.size());
                            }))),
            entry(
                    "RPUSH",
                    new Command(
                            2,
                            MANY,
                            (data, words) -> data.withList(words[1], list -> {
                                Arguments.rest(words).forEach(list::addLast);
                                return Resp.integer(list.size());
                            }))),
            entry("LPOP", new Command(1, 1, (data, words) -> Resp.string(data.withList(words[1], Deque::pollFirst)))),
            entry("RPOP", new Command(1, 1, (data, words) -> Resp.string(data.withList(words[1], Deque::pollLast)))),
            entry("LLEN", new Command(1, 1, (data, words) -> Resp.integer(data.withList(words[1], Deque::size)))),
            entry(
                    "LRANGE",
                    new Command(
                            3,
                            3,
                            (data, words) ->
                                    range(data, words[1], Arguments.number(words[2]), Arguments.number(words[3])))));

    private Commands() {}

    /**
     * Runs a command and returns its reply.
     *
     * @throws RedisException if it cannot be done
     */
    static String run(Database data, String name, String[] words) {
        Command command = ALL.get(name);
        if (command == null) {
            throw new RedisException("ERR unknown command '" + Arguments.plain(words[0]) + "'");
        }
        return command.run(data, words);
    }

    private static String flag(boolean yes) {
        return Resp.integer(yes ? 1 : 0);
    }

    private static String count(String[] words, Predicate<String> action) {
        return Resp.integer(Stream.of(words).skip(1).filter(action).count());
    }

    private static String select(String database) {
        if (Arguments.number(database) != 0) {
            throw new RedisException("ERR DB index is out of range");
        }
        return Resp.OK;
    }

    private static String clear(Database data) {
        data.clear();
        return Resp.OK;
    }

    private static long secondsLeft(Database data, String key) {
        long millis = data.millisLeft(key);
        return millis < 0 ? millis : (millis + 500) / 1000;
    }

    private static String set(Database data, String[] words) {
        if (words.length == 3) {
            data.set(words[1], words[2]);
            return Resp.OK;
        }
        @Nullable Duration time = null;
        @Nullable Predicate<Boolean> wanted = null;
        for (int i = 3; i < words.length; i++) {
            String option = words[i].toUpperCase(Locale.ROOT);
            boolean isCondition = option.equals("NX") || option.equals("XX");
            if (isCondition ? wanted != null : time != null) {
                throw Arguments.syntaxError();
            }
            switch (option) {
                case "NX" -> wanted = there -> !there;
                case "XX" -> wanted = there -> there;
                case "EX" -> time = Arguments.seconds(Arguments.option(words, ++i));
                case "PX" -> time = Arguments.millis(Arguments.option(words, ++i));
                default -> throw Arguments.syntaxError();
            }
        }
        if (time != null && (time.isZero() || time.isNegative())) {
            throw new RedisException("ERR invalid expire time in 'set' command");
        }
        return data.setIf(wanted == null ? there -> true : wanted, words[1], words[2], time) ? Resp.OK : Resp.NULL;
    }

    private static int length(@Nullable String value) {
        return value == null ? 0 : value.length();
    }

    private static String append(Database data, String key, String more) {
        return Resp.integer(data.update(key, "", text -> {
                    if (text.length() + more.length() > Database.LONGEST) {
                        throw new RedisException("ERR string exceeds maximum allowed size");
                    }
                    return text + more;
                })
                .length());
    }

    private static String add(Database data, String key, long delta) {
        return ":" + data.update(key, "0", text -> sum(Arguments.number(text), delta)) + "\r\n";
    }

    private static String sum(long value, long delta) {
        try {
            return Long.toString(Math.addExact(value, delta));
        } catch (ArithmeticException e) {
            throw new RedisException("ERR increment or decrement would overflow");
        }
    }

    /** Returns a part of a list; negative positions count from its end. */
    private static String range(Database data, String key, long first, long last) {
        return data.withList(key, list -> {
            long begin = Math.max(0, first < 0 ? list.size() + first : first);
            long end = 1 + Math.min(list.size() - 1L, last < 0 ? list.size() + last : last);
            return Resp.array(
                    list.stream().skip(begin).limit(Math.max(0, end - begin)).toList());
        });
    }
}
