/** What the tests share: a client, recorders, and the check that nothing of ours is left behind. */
@NullMarked
package dev.socketserver.peer;

import org.jspecify.annotations.NullMarked;
