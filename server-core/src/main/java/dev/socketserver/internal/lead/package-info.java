/**
 * The lead: one thread at a time selects and runs handlers, and a thread whose handler blocks is relieved of it. Knows
 * nothing of requests. Start with {@link dev.socketserver.internal.lead.Lead}.
 */
@NullMarked
package dev.socketserver.internal.lead;

import org.jspecify.annotations.NullMarked;
