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
import org.objectweb.asm.Type;

/**
 * Loads this project's classes anew, one of them with a fault. Either it does in several steps what it should do at
 * once: a compare-and-set becomes a look and then a write, nothing is synchronized, and other threads may come before
 * each access to a field. Or it forgets to call a method.
 */
public final class Changed extends ClassLoader {
    private static final String PROJECT = "dev.socketserver.";
    private static final String SELF = Changed.class.getName().replace('.', '/');
    private static final AtomicInteger LOADERS = new AtomicInteger();
    private static final AtomicInteger STEPS = new AtomicInteger();

    private final String changed;
    private final @Nullable String forgotten; // null if it does things in steps
    private final ProtectionDomain origin; // its own, since Fray keeps one instrumented class for each origin and name

    private Changed(Class<?> changed, @Nullable String forgotten) throws IOException {
        super(Changed.class.getClassLoader());
        this.changed = changed.getName();
        this.forgotten = forgotten;
        var place = URI.create("file:/changed/" + LOADERS.incrementAndGet()).toURL();
        origin = new ProtectionDomain(new CodeSource(place, (Certificate[]) null), null);
    }

    /** Returns a loader that tears the given class, and those in it, into steps. */
    static Changed torn(Class<?> torn) throws IOException {
        return new Changed(torn, null);
    }

    /** Returns a loader with which the given class forgets to call a method, which then returns nothing, or false. */
    static Changed without(Class<?> forgetful, String method) throws IOException {
        return new Changed(forgetful, method);
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
            byte[] code = isChanged(name) ? change(known) : known;
            return defineClass(name, code, 0, code.length, origin);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private boolean isChanged(String name) {
        return name.equals(changed) || name.startsWith(changed + "$");
    }

    private byte[] change(byte[] code) {
        var writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        new ClassReader(code).accept(new EachMethod(writer), 0);
        return writer.toByteArray();
    }

    private final class EachMethod extends ClassVisitor {
        EachMethod(ClassVisitor to) {
            super(Opcodes.ASM9, to);
        }

        @Override
        public MethodVisitor visitMethod(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
            String method = forgotten;
            int kept = method == null ? access & ~Opcodes.ACC_SYNCHRONIZED : access;
            MethodVisitor to = super.visitMethod(kept, name, descriptor, signature, exceptions);
            if (method != null) {
                return new ForgetfulMethod(to, method);
            }
            return name.startsWith("<") ? to : new TornMethod(to);
        }
    }

    private static final class ForgetfulMethod extends MethodVisitor {
        private final String forgotten;

        ForgetfulMethod(MethodVisitor to, String forgotten) {
            super(Opcodes.ASM9, to);
            this.forgotten = forgotten;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (!name.equals(forgotten)) {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                return;
            }
            Type[] arguments = Type.getArgumentTypes(descriptor);
            for (int i = arguments.length - 1; i >= 0; i--) {
                visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
            }
            if (opcode != Opcodes.INVOKESTATIC) {
                visitInsn(Opcodes.POP);
            }
            if (Type.getReturnType(descriptor).equals(Type.BOOLEAN_TYPE)) {
                visitInsn(Opcodes.ICONST_0);
            }
        }
    }

    private final class TornMethod extends MethodVisitor {
        TornMethod(MethodVisitor to) {
            super(Opcodes.ASM9, to);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            if (isChanged(owner.replace('/', '.')) && opcode != Opcodes.GETSTATIC) {
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
