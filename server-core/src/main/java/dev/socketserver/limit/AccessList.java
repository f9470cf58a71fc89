package dev.socketserver.limit;

import dev.socketserver.net.Cidr;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;

/**
 * Which addresses may come to a server. One that is denied may not; if any are allowed, no others may. The lists can be
 * replaced while servers use them. Thread-safe.
 */
public final class AccessList {
    /** Both lists, so that they are replaced together. */
    private record Rules(List<Cidr> allowed, List<Cidr> denied) {}

    private volatile Rules rules;

    /**
     * Creates a list.
     *
     * @param allowed who may come; empty for everyone
     * @param denied who may not come, whether allowed or not
     */
    public AccessList(Collection<Cidr> allowed, Collection<Cidr> denied) {
        rules = new Rules(List.copyOf(allowed), List.copyOf(denied));
    }

    /** Replaces both lists. What is open stays open. */
    public void replace(Collection<Cidr> allowed, Collection<Cidr> denied) {
        rules = new Rules(List.copyOf(allowed), List.copyOf(denied));
    }

    /** Returns who may come; empty for everyone. */
    public List<Cidr> allowed() {
        return rules.allowed;
    }

    /** Returns who may not come. */
    public List<Cidr> denied() {
        return rules.denied;
    }

    /** Returns whether an address may come. Looks at one range after another. */
    public boolean admits(InetAddress address) {
        Rules now = rules;
        return !contains(now.denied, address) && (now.allowed.isEmpty() || contains(now.allowed, address));
    }

    private static boolean contains(List<Cidr> ranges, InetAddress address) {
        for (Cidr range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        Rules now = rules;
        return "AccessList[allowed=" + now.allowed + ", denied=" + now.denied + "]";
    }
}
