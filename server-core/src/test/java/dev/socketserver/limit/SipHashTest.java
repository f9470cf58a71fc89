package dev.socketserver.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SipHashTest {
    /** The reference implementation's vector of 16 bytes: key and input are 00, 01, ... 0f. */
    @Test
    void theHashIsThatOfTheReferenceImplementation() {
        var hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        assertThat(hash.hash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L)).isEqualTo(0x3f2acc7f57c29bdbL);
    }

    @Test
    void eachTableHasAKeyOfItsOwn() {
        assertThat(SipHash.random().hash(1, 2)).isNotEqualTo(SipHash.random().hash(1, 2));
    }
}
