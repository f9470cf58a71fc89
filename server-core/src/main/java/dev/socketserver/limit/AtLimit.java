package dev.socketserver.limit;

/** What a server does with connections while it has as many as it may have. */
public enum AtLimit {
    /** It accepts no more until one is closed; the system's backlog holds the next ones. */
    PAUSE,

    /** It accepts them, and closes each after its busy reply. */
    REFUSE
}
