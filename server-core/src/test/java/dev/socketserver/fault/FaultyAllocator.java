package dev.socketserver.fault;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.reflect.Field;

/** Netty's default allocator, of which one call may be made to {@linkplain Fault fail}. */
public final class FaultyAllocator extends AbstractByteBufAllocator {
    private final ByteBufAllocator real;

    private FaultyAllocator(ByteBufAllocator real) {
        super(true);
        this.real = real;
    }

    /** Replaces the default one of this JVM, before anybody else has seen it. */
    public static void install() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe"); // nothing else can write a final field
        Field instance = type.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        Object unsafe = instance.get(null);
        Field field = ByteBufAllocator.class.getField("DEFAULT");
        Object base = type.getMethod("staticFieldBase", Field.class).invoke(unsafe, field);
        Object offset = type.getMethod("staticFieldOffset", Field.class).invoke(unsafe, field);
        type.getMethod("putObject", Object.class, long.class, Object.class)
                .invoke(unsafe, base, offset, new FaultyAllocator(ByteBufAllocator.DEFAULT));
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        Fault.inUncheckedCall("heapBuffer");
        return real.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        Fault.inUncheckedCall("directBuffer");
        return real.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return real.isDirectBufferPooled();
    }
}
