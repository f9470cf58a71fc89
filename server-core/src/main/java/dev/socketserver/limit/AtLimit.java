package dev.socketserver.limit;

/** What a server does with further connections when it has the maximum number. */
public enum AtLimit {
    /** It stops accepting until a connection is closed; further ones wait in the kernel's backlog. */
    PAUSE,

    /** It accepts them and closes each after the busy reply. */
    REFUSE
}
