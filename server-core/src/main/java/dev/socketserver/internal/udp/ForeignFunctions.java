package dev.socketserver.internal.udp;

import dev.socketserver.internal.util.Log;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Functions of the C library, called by {@code java.lang.foreign}. That package is final since JDK 22; reflection finds
 * it, so that this class compiles on 17. Pointers are passed as {@code long}, which the supported processors pass in
 * the same way. Confined to the thread that creates it.
 */
final class ForeignFunctions {
    private static final int FIRST_JDK = 22;
    private static final Set<String> PROCESSORS = Set.of("amd64", "aarch64"); // 64 bits, little-endian
    private static final String PACKAGE = "java.lang.foreign.";
    private static final Log LOG = Log.of(ForeignFunctions.class);

    private final Class<?> linkerType = Class.forName(PACKAGE + "Linker");
    private final Class<?> segmentType = Class.forName(PACKAGE + "MemorySegment");
    private final Class<?> layoutType = Class.forName(PACKAGE + "MemoryLayout");
    private final Class<?> descriptorType = Class.forName(PACKAGE + "FunctionDescriptor");
    private final Class<?> optionType = Class.forName(PACKAGE + "Linker$Option");
    private final Object linker = linkerType.getMethod("nativeLinker").invoke(null);
    private final Object symbols = linkerType.getMethod("defaultLookup").invoke(linker);

    private ForeignFunctions() throws ReflectiveOperationException {}

    /** Returns the functions; null unless this is Linux, a JDK that has them, and native access is enabled. */
    static @Nullable ForeignFunctions open() {
        if (Runtime.version().feature() < FIRST_JDK
                || !System.getProperty("os.name").equals("Linux")
                || !PROCESSORS.contains(System.getProperty("os.arch"))) {
            return null;
        }
        try {
            Module here = ForeignFunctions.class.getModule();
            if (!(boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(here)) {
                LOG.debug("no native access for {}: see --enable-native-access", here);
                return null; // the JDK would warn on the console, or refuse
            }
            return new ForeignFunctions();
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.debug("no functions of the C library: {}", e);
            return null;
        }
    }

    /**
     * Returns a function.
     *
     * @param types of the result, and of the parameters: {@code int} or {@code long}
     */
    MethodHandle function(String name, Class<?>... types) throws ReflectiveOperationException {
        return link(name, types, newOptions(0));
    }

    /** Returns a function that writes {@code errno} into a {@code MemorySegment}, which is its first parameter. */
    MethodHandle withErrno(String name, Class<?>... types) throws ReflectiveOperationException {
        Object options = newOptions(1);
        Object captures =
                optionType.getMethod("captureCallState", String[].class).invoke(null, (Object) new String[] {"errno"});
        Array.set(options, 0, captures);
        return link(name, types, options);
    }

    /** Returns what converts a buffer into a {@code MemorySegment}. */
    MethodHandle toSegment() throws ReflectiveOperationException {
        return MethodHandles.publicLookup().unreflect(segmentType.getMethod("ofBuffer", Buffer.class));
    }

    /** Returns what converts a direct {@link ByteBuffer} into the address of its position. */
    MethodHandle toAddress() throws ReflectiveOperationException {
        MethodHandle address = MethodHandles.publicLookup().unreflect(segmentType.getMethod("address"));
        MethodHandle ofBuffer = MethodHandles.filterReturnValue(toSegment(), address);
        return ofBuffer.asType(ofBuffer.type().changeParameterType(0, ByteBuffer.class));
    }

    private Object newOptions(int length) {
        return Array.newInstance(optionType, length);
    }

    private MethodHandle link(String name, Class<?>[] types, Object options) throws ReflectiveOperationException {
        Object symbol = ((Optional<?>) call(symbols, PACKAGE + "SymbolLookup", "find", String.class, name))
                .orElseThrow(() -> new NoSuchMethodException(name));
        Object parameters = Array.newInstance(layoutType, types.length - 1);
        for (int i = 1; i < types.length; i++) {
            Array.set(parameters, i - 1, layout(types[i]));
        }
        Object descriptor = descriptorType
                .getMethod("of", layoutType, parameters.getClass())
                .invoke(null, layout(types[0]), parameters);
        return (MethodHandle) linkerType
                .getMethod("downcallHandle", segmentType, descriptorType, options.getClass())
                .invoke(linker, symbol, descriptor, options);
    }

    private static Object layout(Class<?> type) throws ReflectiveOperationException {
        String name = type == long.class ? "JAVA_LONG" : "JAVA_INT";
        return Class.forName(PACKAGE + "ValueLayout").getField(name).get(null);
    }

    private static Object call(Object target, String type, String method, Class<?> parameter, Object argument)
            throws ReflectiveOperationException {
        return Class.forName(type).getMethod(method, parameter).invoke(target, argument);
    }
}
