package dev.socketserver.peer;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.socketserver.buffer.LengthPrefix;

/** A length prefix of any kind, in the words of a test. */
public record Prefix(boolean varint, boolean bigEndian, int bytes, int before, int adjustment) {
    /** Takes one from a fuzzer. */
    public static Prefix of(FuzzedDataProvider data) {
        int kind = data.consumeInt(0, 2);
        int bytes = data.consumeInt(1, 8);
        int before = data.consumeInt(0, 24);
        int adjustment = data.consumeInt(-9, 9);
        return new Prefix(kind == 2, kind == 0, bytes, before, adjustment == -9 && kind < 2 ? -bytes : adjustment);
    }

    /** Returns it as the library has it. */
    public LengthPrefix made() {
        LengthPrefix plain = varint
                ? LengthPrefix.varint(bytes)
                : bigEndian ? LengthPrefix.bigEndian(bytes) : LengthPrefix.littleEndian(bytes);
        LengthPrefix adjusted =
                !varint && adjustment == -bytes ? plain.includingItself() : plain.adjustedBy(adjustment);
        return adjusted.after(before);
    }
}
