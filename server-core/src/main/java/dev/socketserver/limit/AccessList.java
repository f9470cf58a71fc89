package dev.socketserver.limit;

import dev.socketserver.net.Cidr;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;

/**
 * The addresses that may connect to a server. A denied address may not connect; if there are allowed addresses, only
 * those may. The lists can be replaced while servers use them. Thread-safe.
 */
public final class AccessList {
    /** Both lists, so that they are replaced together. */
    private record Rules(List<Cidr> allowed, List<Cidr> denied) {}

    private volatile Rules rules;

    /**
     * Creates a list.
     *
     * @param allowed the allowed addresses; empty for all
     * @param denied the denied addresses, which take precedence
     */
    public AccessList(Collection<Cidr> allowed, Collection<Cidr> denied) {
        rules = new Rules(List.copyOf(allowed), List.copyOf(denied));
    }

    /** Replaces both lists. Open connections are not affected. */
    public void replace(Collection<Cidr> allowed, Collection<Cidr> denied) {
        rules = new Rules(List.copyOf(allowed), List.copyOf(denied));
    }

    /** Returns the allowed addresses; empty for all. */
    public List<Cidr> allowed() {
        return rules.allowed;
    }

    /** Returns the denied addresses. */
    public List<Cidr> denied() {
        return rules.denied;
    }

    /** Returns whether an address may connect. Searches the ranges linearly. */
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
