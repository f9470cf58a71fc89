package dev.socketserver.interleavings;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.VarHandle;
import java.net.URI;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Loads this project's classes anew, one of them changed so that it does in several steps what it should do at once: a
 * compare-and-set becomes a look and then a write, nothing is synchronized, and other threads may come before each
 * access to a field.
 */
public final class Torn extends ClassLoader {
    private static final String PROJECT = "dev.socketserver.";
    private static final String SELF = Torn.class.getName().replace('.', '/');
    private static final AtomicInteger LOADERS = new AtomicInteger();
    private static final AtomicInteger STEPS = new AtomicInteger();

    private final String torn;
    private final ProtectionDomain origin; // its own, since Fray keeps one instrumented class for each origin and name

    /** Creates a loader that tears the given class, and those in it. */
    Torn(Class<?> torn) throws Exception {
        super(Torn.class.getClassLoader());
        this.torn = torn.getName();
        var place = URI.create("file:/torn/" + LOADERS.incrementAndGet()).toURL();
        origin = new ProtectionDomain(new CodeSource(place, (Certificate[]) null), null);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PROJECT)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known == null ? define(name) : known;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] known = file.readAllBytes();
            byte[] code = isTorn(name) ? tear(known) : known;
            return defineClass(name, code, 0, code.length, origin);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private boolean isTorn(String name) {
        return name.equals(torn) || name.startsWith(torn + "$");
    }

    private byte[] tear(byte[] code) {
        var writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        new ClassReader(code).accept(new Steps(writer), 0);
        return writer.toByteArray();
    }

    private final class Steps extends ClassVisitor {
        Steps(ClassVisitor to) {
            super(Opcodes.ASM9, to);
        }

        @Override
        public MethodVisitor visitMethod(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
            MethodVisitor to =
                    super.visitMethod(access & ~Opcodes.ACC_SYNCHRONIZED, name, descriptor, signature, exceptions);
            return name.startsWith("<") ? to : new StepsOfMethod(to);
        }
    }

    private final class StepsOfMethod extends MethodVisitor {
        StepsOfMethod(MethodVisitor to) {
            super(Opcodes.ASM9, to);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            if (isTorn(owner.replace('/', '.')) && opcode != Opcodes.GETSTATIC) {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, SELF, "step", "()V", false);
            }
            super.visitFieldInsn(opcode, owner, name, descriptor);
        }

        @Override
        public void visitInsn(int opcode) {
            boolean locks = opcode == Opcodes.MONITORENTER || opcode == Opcodes.MONITOREXIT;
            super.visitInsn(locks ? Opcodes.POP : opcode);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (owner.equals("java/lang/invoke/VarHandle") && name.equals("compareAndSet")) {
                String values = descriptor.substring(descriptor.indexOf(';') + 1);
                String of = "(Ljava/lang/invoke/VarHandle;Ljava/lang/Object;" + values;
                super.visitMethodInsn(Opcodes.INVOKESTATIC, SELF, name, of, false);
            } else {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            }
        }
    }

    // ---- called by what is torn

    /** Lets other threads come. */
    public static void step() {
        STEPS.incrementAndGet();
    }

    /** Looks, and then writes. */
    public static boolean compareAndSet(VarHandle field, Object of, int from, int to) {
        boolean isSame = (int) field.getVolatile(of) == from;
        if (isSame) {
            field.setVolatile(of, to);
        }
        return isSame;
    }

    /** Looks, and then writes. */
    public static boolean compareAndSet(VarHandle field, Object of, long from, long to) {
        boolean isSame = (long) field.getVolatile(of) == from;
        if (isSame) {
            field.setVolatile(of, to);
        }
        return isSame;
    }

    /** Looks, and then writes. */
    public static boolean compareAndSet(VarHandle field, Object of, boolean from, boolean to) {
        boolean isSame = (boolean) field.getVolatile(of) == from;
        if (isSame) {
            field.setVolatile(of, to);
        }
        return isSame;
    }
}
