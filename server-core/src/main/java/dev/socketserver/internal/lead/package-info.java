/**
 * The lead: one thread at a time selects and runs handlers, and loses the lead when its handler blocks. Independent of
 * requests. Start with {@link dev.socketserver.internal.lead.Lead}.
 */
@NullMarked
package dev.socketserver.internal.lead;

import org.jspecify.annotations.NullMarked;
