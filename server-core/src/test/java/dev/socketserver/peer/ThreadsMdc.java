package dev.socketserver.peer;

import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.MDC;
import org.slf4j.spi.MDCAdapter;

/** SLF4J's MDC during a test, which sees the values of all threads, and may have it fail. Thread-safe. */
public final class ThreadsMdc implements MDCAdapter, BeforeEachCallback, AfterEachCallback {
    private final Map<Thread, Map<String, String>> threads = new ConcurrentHashMap<>();
    private volatile String failing = "";
    private @Nullable MDCAdapter before; // of the thread that runs callbacks

    /** Returns the values of every thread that has some. */
    public List<Map<String, String>> values() {
        return threads.values().stream().filter(values -> !values.isEmpty()).toList();
    }

    /** Returns the values of the calling thread. */
    public Map<String, String> here() {
        return threads.getOrDefault(Thread.currentThread(), Map.of());
    }

    /** Lets a call fail from now on, such as {@code put peer}; an empty one lets none. */
    public void fail(String call) {
        failing = call;
    }

    private void called(String call) {
        if (call.equals(failing)) {
            throw new NoClassDefFoundError(call + " fails, says the test");
        }
    }

    @Override
    public void put(String key, String value) {
        called("put " + key);
        Map<String, String> changed = new HashMap<>(here());
        changed.put(key, value);
        setContextMap(changed);
    }

    @Override
    public @Nullable String get(String key) {
        called("get " + key);
        return here().get(key);
    }

    @Override
    public void remove(String key) {
        called("remove " + key);
        Map<String, String> changed = new HashMap<>(here());
        changed.remove(key);
        setContextMap(changed);
    }

    @Override
    public void clear() {
        threads.remove(Thread.currentThread());
    }

    @Override
    public Map<String, String> getCopyOfContextMap() {
        return here();
    }

    @Override
    public void setContextMap(Map<String, String> values) {
        threads.put(Thread.currentThread(), Map.copyOf(values));
    }

    @Override
    public void pushByKey(String key, String value) {
        throw new UnsupportedOperationException(key);
    }

    @Override
    public String popByKey(String key) {
        throw new UnsupportedOperationException(key);
    }

    @Override
    public Deque<String> getCopyOfDequeByKey(String key) {
        throw new UnsupportedOperationException(key);
    }

    @Override
    public void clearDequeByKey(String key) {
        throw new UnsupportedOperationException(key);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws ReflectiveOperationException {
        before = MDC.getMDCAdapter();
        use(this);
    }

    @Override
    public void afterEach(ExtensionContext context) throws ReflectiveOperationException {
        use(before);
    }

    private static void use(@Nullable MDCAdapter adapter) throws ReflectiveOperationException {
        var used = MDC.class.getDeclaredField("MDC_ADAPTER");
        used.setAccessible(true);
        used.set(null, adapter);
    }
}
