package dev.socketserver.examples.redis;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads the words of a command. */
final class Arguments {
    private static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
    private static final Pattern NUMBER = Pattern.compile("0|-?[1-9][0-9]*");
    private static final long LONGEST_TIME = Duration.ofDays(36_500).toMillis();

    private Arguments() {}

    static RedisException wrongNumber(String command) {
        return new RedisException("ERR wrong number of arguments for '" + plain(command) + "' command");
    }

    /** Returns what may be part of an error, which is one line. */
    static String plain(String word) {
        return word.substring(0, Math.min(word.length(), 128))
                .replaceAll("\\p{Cc}", " ")
                .toLowerCase(Locale.ROOT);
    }

    static List<String> rest(String[] words) {
        return Arrays.asList(words).subList(2, words.length);
    }

    /** Returns a number that is written as Redis writes it: without a plus sign, and no zero in front. */
    static long number(String word) {
        if (!NUMBER.matcher(word).matches()) {
            throw new RedisException(NOT_AN_INTEGER);
        }
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new RedisException(NOT_AN_INTEGER);
        }
    }

    static Duration millis(String word) {
        return time(number(word), 1);
    }

    static Duration seconds(String word) {
        return time(number(word), 1000);
    }

    private static Duration time(long count, int unit) {
        if (count > LONGEST_TIME / unit || count < -LONGEST_TIME / unit) {
            throw new RedisException("ERR invalid expire time");
        }
        return Duration.ofMillis(count * unit);
    }

    static String option(String[] words, int at) {
        if (at == words.length) {
            throw syntaxError();
        }
        return words[at];
    }

    static RedisException syntaxError() {
        return new RedisException("ERR syntax error");
    }
}
