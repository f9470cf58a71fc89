package dev.socketserver.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.peer.Pieces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/** Any bytes are a header, the beginning of one, or none, and the same for each beginning of them. */
@Timeout(60)
class ProxyHeaderFuzzTest {
    private static final int FIXED_LENGTH = 16;
    private static final int CHECKSUM = 0x03;
    private static final String WRONG_CHECKSUM = "the checksum of the PROXY header is wrong";

    /** What was read, and how many bytes that took; or why nothing was. */
    private record Result(
            @Nullable ProxyHeader header,
            int consumed,
            @Nullable String refusal) {
        static final Result INCOMPLETE = new Result(null, 0, null);

        static Result of(byte[] bytes) {
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            try {
                ProxyHeader header = ProxyHeader.read(in);
                return new Result(header, in.readerIndex(), null);
            } catch (ProxyProtocolException e) {
                return new Result(null, 0, e.getMessage());
            }
        }

        boolean isIncomplete() {
            return equals(INCOMPLETE);
        }
    }

    @FuzzTest
    void eachBeginningOfAHeaderIsIncompleteOrReadAsTheWhole(FuzzedDataProvider data) {
        Pieces pieces = Pieces.of(data);
        byte[] bytes = pieces.bytes();
        Result whole = Result.of(bytes);
        if (Objects.equals(whole.refusal, WRONG_CHECKSUM)) {
            sealFirstChecksum(bytes);
            whole = Result.of(bytes);
            assertThat(whole.refusal).isNotEqualTo(WRONG_CHECKSUM);
        }
        boolean complete = false;
        for (int cut : pieces.cuts()) {
            Result part = Result.of(Arrays.copyOf(bytes, cut));
            if (complete || !part.isIncomplete()) {
                complete = true;
                assertThat(part).isEqualTo(whole);
            }
        }
        if (whole.header != null) {
            check(whole.header, Arrays.copyOf(bytes, whole.consumed));
        }
    }

    /** Looks at all that a header has, whose last byte is the last that it needs. */
    private static void check(ProxyHeader header, byte[] bytes) {
        assertThat(Result.of(Arrays.copyOf(bytes, bytes.length - 1))).isEqualTo(Result.INCOMPLETE);
        assertThat(header).hasToString(header.toString()).isEqualTo(Result.of(bytes).header);
        assertThat(header.toString()).doesNotContainPattern("\\p{Cc}");
        assertThat(header.source() == null).isEqualTo(header.destination() == null);
        ProxyTlvs tlvs = header.tlvs();
        assertThat(tlvs.value(2).isPresent()).isEqualTo(tlvs.authority().isPresent());
        assertThat(tlvs.value(1).isPresent())
                .isEqualTo(tlvs.applicationProtocol().isPresent());
        assertThat(tlvs.value(0x30).isPresent())
                .isEqualTo(tlvs.networkNamespace().isPresent());
        assertThat(tlvs.value(5).isPresent()).isEqualTo(tlvs.uniqueId().isPresent());
        if (header.source() != null && tlvs.value(CHECKSUM).isPresent()) {
            assertEachBitCounts(bytes);
        }
        tlvs.tls().ifPresent(tls -> {
            assertThat(tls).isEqualTo(tlvs.tls().orElseThrow()).hasToString(tls.toString());
            assertThat(tls.value(0x21).isPresent()).isEqualTo(tls.version().isPresent());
            assertThat(tls.value(0x22).isPresent()).isEqualTo(tls.commonName().isPresent());
            assertThat(tls.isVerified())
                    .isEqualTo(tls.verifyResult() == 0 && (tlvs.value(0x20).orElseThrow()[0] & 6) != 0);
        });
    }

    private static void assertEachBitCounts(byte[] sealed) {
        byte[] changed = sealed.clone();
        changed[changed.length - 1] ^= 1;
        assertThat(Result.of(changed).header).isNull();
    }

    /** Fills in the right checksum, of a header that has one with the right length. */
    private static void sealFirstChecksum(byte[] bytes) {
        ByteBuf header = Unpooled.wrappedBuffer(bytes);
        int length = FIXED_LENGTH + header.getUnsignedShort(FIXED_LENGTH - 2);
        int familyAndTransport = header.getUnsignedByte(FIXED_LENGTH - 3);
        int at = FIXED_LENGTH + new int[] {0, 12, 36, 216}[familyAndTransport >> 4];
        while (header.getByte(at) != CHECKSUM) {
            at += 3 + header.getUnsignedShort(at + 1);
        }
        header.setInt(at + 3, 0);
        var checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        header.setInt(at + 3, (int) checksum.getValue());
    }
}
