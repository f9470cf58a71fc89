package dev.socketserver.examples;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a message of syslog says, in the format of RFC 5424 or in the older one that RFC 3164 describes. Immutable.
 *
 * @param facility what kind of program has sent it, 0 to 23
 * @param severity how urgent it is, 0 (emergency) to 7 (debug)
 * @param host the machine that it comes from, or "-"
 * @param program the program, or "-"
 * @param text the message
 */
record SyslogMessage(int facility, int severity, String host, String program, String text) {
    private static final int SEVERITIES = 8;
    private static final int USER_NOTICE = 13; // what RFC 3164 takes a message for that does not say
    private static final int MOST_PRIORITY = 191;

    private static final List<String> FACILITY_NAMES = List.of(
            "kern",
            "user",
            "mail",
            "daemon",
            "auth",
            "syslog",
            "lpr",
            "news",
            "uucp",
            "cron",
            "authpriv",
            "ftp",
            "ntp",
            "audit",
            "alert",
            "clock",
            "local0",
            "local1",
            "local2",
            "local3",
            "local4",
            "local5",
            "local6",
            "local7");
    private static final List<String> SEVERITY_NAMES =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    private static final Pattern PRIORITY = Pattern.compile("(?s)<(\\d{1,3})>(.*)");

    private static final String QUOTED = "\"(?:[^\"\\\\]++|\\\\.)*+\"";
    private static final String STRUCTURED_DATA = "(?:-|(?:\\[(?:[^\"\\]]++|" + QUOTED + ")*+\\])++)";

    /** Version, time, host, program, process, kind of message; the structured data; the text. */
    private static final Pattern RFC_5424 =
            Pattern.compile("(?s)1 \\S+ (\\S+) (\\S+) \\S+ \\S+ " + STRUCTURED_DATA + "(?: \uFEFF?(.*))?");

    /** Time, host, program, perhaps with its process; the text. */
    private static final Pattern RFC_3164 =
            Pattern.compile("(?s)\\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d (\\S+) ([^\\s:\\[]+)(?:\\[[^\\]]*\\])?:? ?(.*)");

    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}"); // what could forge a line, or move a cursor

    /** Returns what a message says. One of no known format is all text. */
    static SyslogMessage parse(String message) {
        Matcher priority = PRIORITY.matcher(message);
        int number = USER_NOTICE;
        String rest = message;
        if (priority.matches() && Integer.parseInt(priority.group(1)) <= MOST_PRIORITY) {
            number = Integer.parseInt(priority.group(1));
            rest = priority.group(2);
        }
        for (Pattern format : List.of(RFC_5424, RFC_3164)) {
            Matcher fields = format.matcher(rest);
            if (fields.matches()) {
                return of(number, fields.group(1), fields.group(2), fields.group(3) == null ? "" : fields.group(3));
            }
        }
        return of(number, "-", "-", rest);
    }

    private static SyslogMessage of(int priority, String host, String program, String text) {
        return new SyslogMessage(priority / SEVERITIES, priority % SEVERITIES, host, program, text.strip());
    }

    /** Returns it as one line, without characters that a terminal obeys. */
    @Override
    public String toString() {
        String line = host + " " + FACILITY_NAMES.get(facility) + "." + SEVERITY_NAMES.get(severity) + " " + program
                + ": " + text;
        return CONTROL.matcher(line).replaceAll(" ");
    }
}
