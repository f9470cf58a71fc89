package dev.socketserver.examples.redis;

/** A command cannot be done. */
final class RedisException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reply;

    /** Creates one with a message that begins with a code, such as {@code ERR}. */
    RedisException(String message) {
        super(message, null, false, false); // without a stack trace: peers can cause it at will
        reply = Resp.error(message);
    }

    String reply() {
        return reply;
    }
}
