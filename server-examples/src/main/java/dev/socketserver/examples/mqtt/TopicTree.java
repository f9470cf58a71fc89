package dev.socketserver.examples.mqtt;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ObjIntConsumer;

/**
 * Who has subscribed to which topics: a node for each level of a filter such as {@code home/+/temperature}. A node
 * without subscribers and children is removed, with its entry in its parent locked. Thread-safe.
 */
final class TopicTree {
    static final String ONE = "+";
    static final String ALL = "#";

    private final ConcurrentHashMap<String, TopicTree> children = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Session, Integer> subscribers = new ConcurrentHashMap<>(); // with their QoS

    /** Returns the levels of a topic or filter. */
    static List<String> levels(String name) {
        return List.of(name.split("/", -1));
    }

    void add(List<String> filter, Session subscriber, int qos) {
        if (filter.isEmpty()) {
            subscribers.put(subscriber, qos);
            return;
        }
        children.compute(filter.get(0), (level, known) -> {
            TopicTree child = known == null ? new TopicTree() : known;
            child.add(filter.subList(1, filter.size()), subscriber, qos);
            return child;
        });
    }

    void remove(List<String> filter, Session subscriber) {
        if (filter.isEmpty()) {
            subscribers.remove(subscriber);
            return;
        }
        children.computeIfPresent(filter.get(0), (level, child) -> {
            child.remove(filter.subList(1, filter.size()), subscriber);
            return child.isEmpty() ? null : child;
        });
    }

    boolean isEmpty() {
        return children.isEmpty() && subscribers.isEmpty();
    }

    /** Runs an action for each subscriber of a topic and its QoS. */
    void forEach(List<String> topic, ObjIntConsumer<Session> action) {
        boolean hidden = topic.get(0).startsWith("$"); // from those who ask for everything
        if (!hidden) {
            visit(ONE, topic, 0, action);
            visitAll(action);
        }
        visit(topic.get(0), topic, 0, action);
    }

    private void visit(String name, List<String> topic, int level, ObjIntConsumer<Session> action) {
        TopicTree child = children.get(name);
        if (child == null) {
            return;
        }
        child.visitAll(action);
        if (level + 1 == topic.size()) {
            child.subscribers.forEach(action::accept);
        } else {
            child.visit(ONE, topic, level + 1, action);
            child.visit(topic.get(level + 1), topic, level + 1, action);
        }
    }

    private void visitAll(ObjIntConsumer<Session> action) {
        TopicTree all = children.get(ALL);
        if (all != null) {
            all.subscribers.forEach(action::accept);
        }
    }

    /** Returns whether a topic is one of those that a filter stands for. */
    static boolean matches(List<String> filter, List<String> topic) {
        for (int i = 0; i < filter.size(); i++) {
            String level = filter.get(i);
            boolean hidden = i == 0 && topic.get(0).startsWith("$");
            if (level.equals(ALL)) {
                return !hidden;
            } else if (i == topic.size() || (level.equals(ONE) ? hidden : !level.equals(topic.get(i)))) {
                return false;
            }
        }
        return filter.size() == topic.size();
    }
}
