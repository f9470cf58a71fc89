package dev.socketserver.limit;

import static dev.socketserver.limit.Sources.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.socketserver.limit.SourceLimits.WhenFull;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is counted for each source, and what is forgotten. */
@Timeout(60)
class SourceTableTest {
    private final Clock clock = new Clock();

    private SourceTable table(SourceLimits.Builder limits) {
        return new SourceTable(limits.build(), clock);
    }

    @Test
    void aSourceHasAsManyConnectionsAtATimeAsItMay() throws Exception {
        SourceTable table = table(SourceLimits.builder().maxConnections(2));
        AddressPrefix one = table.sourceOf(InetAddress.getByName("2001:db8::1"));
        AddressPrefix same = table.sourceOf(InetAddress.getByName("2001:db8::ffff:2"));
        AddressPrefix other = table.sourceOf(InetAddress.getByName("192.0.2.1"));
        assertThat(table.open(one)).isEqualTo(Admission.ADMITTED);
        assertThat(table.open(same)).isEqualTo(Admission.ADMITTED);
        assertThat(table.open(one)).isEqualTo(Admission.TOO_MANY_CONNECTIONS);
        assertThat(table.open(other)).isEqualTo(Admission.ADMITTED);
        assertThat(table.connections(one)).isEqualTo(2);
        assertThat(table.size()).isEqualTo(2);
        table.close(same);
        assertThat(table.open(one)).isEqualTo(Admission.ADMITTED);
        assertThat(table.open(one)).isEqualTo(Admission.TOO_MANY_CONNECTIONS);
    }

    @Test
    void aSourceConnectsAsOftenAsItMay() {
        SourceTable table =
                table(SourceLimits.builder().rate(RateLimit.perSecond(10).withBurst(2)));
        assertThat(table.open(source(1))).isEqualTo(Admission.ADMITTED);
        table.close(source(1));
        assertThat(table.open(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.open(source(1))).isEqualTo(Admission.TOO_FREQUENT);
        assertThat(table.open(source(2))).isEqualTo(Admission.ADMITTED);
        assertThat(table.connections(source(1))).isEqualTo(1);
        clock.passNanos(99_999_999);
        assertThat(table.open(source(1))).isEqualTo(Admission.TOO_FREQUENT);
        clock.passNanos(1);
        assertThat(table.open(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.open(source(1))).isEqualTo(Admission.TOO_FREQUENT);
    }

    @Test
    void aRefusedConnectionCostsNoPermit() {
        SourceTable table = table(SourceLimits.builder()
                .maxConnections(1)
                .rate(RateLimit.perSecond(1).withBurst(2)));
        assertThat(table.open(source(1))).isEqualTo(Admission.ADMITTED);
        for (int i = 0; i < 10; i++) {
            assertThat(table.open(source(1))).isEqualTo(Admission.TOO_MANY_CONNECTIONS);
        }
        table.close(source(1));
        assertThat(table.open(source(1))).isEqualTo(Admission.ADMITTED);
    }

    @Test
    void whatDoesNotLastIsLimitedByTheRateOnly() {
        SourceTable table = table(SourceLimits.builder()
                .maxConnections(1)
                .rate(RateLimit.perSecond(10).withBurst(3)));
        assertThat(table.open(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.admit(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.admit(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.admit(source(1))).isEqualTo(Admission.TOO_FREQUENT);
        assertThat(table.connections(source(1))).isEqualTo(1);
        assertThat(table.admit(source(2))).isEqualTo(Admission.ADMITTED);
        assertThat(table.connections(source(2))).isZero();
    }

    @Test
    void withoutLimitsEverybodyIsAdmittedAndCounted() {
        SourceTable table = table(SourceLimits.builder());
        for (int i = 0; i < 1000; i++) {
            assertThat(table.open(source(1))).isEqualTo(Admission.ADMITTED);
        }
        assertThat(table.connections(source(1))).isEqualTo(1000);
        assertThat(table.limits()).isEqualTo(SourceLimits.builder().build());
    }

    @ParameterizedTest
    @EnumSource
    void aTableFullOfConnectionsForgetsNone(WhenFull policy) {
        SourceTable table =
                table(SourceLimits.builder().maxConnections(1).capacity(100).whenFull(policy));
        for (int i = 0; i < 100; i++) {
            assertThat(table.open(source(i))).isEqualTo(Admission.ADMITTED);
        }
        clock.pass(Duration.ofDays(1000));
        for (int i = 100; i < 1000; i++) {
            assertThat(table.open(source(i)))
                    .isEqualTo(policy == WhenFull.ADMIT ? Admission.UNTRACKED : Admission.TABLE_FULL);
            assertThat(table.connections(source(i))).isZero();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(table.open(source(i))).isEqualTo(Admission.TOO_MANY_CONNECTIONS);
        }
        assertThat(table.size()).isEqualTo(100);
        table.close(source(42));
        assertThat(table.open(source(1000))).isEqualTo(Admission.ADMITTED);
        assertThat(table.connections(source(42))).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void noiseDoesNotMakeTheTableForgetWhoCameTooOften(WhenFull policy) {
        SourceTable table = table(SourceLimits.builder()
                .rate(RateLimit.perSecond(1).withBurst(3))
                .capacity(100)
                .whenFull(policy));
        for (int i = 0; i < 3; i++) {
            assertThat(table.open(source(1))).isEqualTo(Admission.ADMITTED);
            table.close(source(1));
        }
        clock.passNanos(1);
        for (int i = 2; i < 10_000; i++) {
            if (table.open(source(i)) == Admission.ADMITTED) {
                table.close(source(i));
            }
            assertThat(table.open(source(1))).isEqualTo(Admission.TOO_FREQUENT);
        }
        assertThat(table.size()).isEqualTo(100);
    }

    @Test
    void aSourceIsForgottenForAnotherWhenItsBucketIsFullAgain() {
        SourceTable table = table(
                SourceLimits.builder().rate(RateLimit.perSecond(1).withBurst(3)).capacity(2));
        assertThat(table.admit(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.admit(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.admit(source(2))).isEqualTo(Admission.ADMITTED);
        clock.passNanos(1_999_999_999);
        assertThat(table.admit(source(3)))
                .as("the first of those that wait is not full yet")
                .isEqualTo(Admission.TABLE_FULL);
        clock.passNanos(1);
        assertThat(table.admit(source(3))).isEqualTo(Admission.ADMITTED);
        assertThat(table.size()).as("both old ones were forgotten").isEqualTo(1);
    }

    @Test
    void aTableShrinksWhenAnAttackIsOver() {
        SourceTable table =
                table(SourceLimits.builder().rate(RateLimit.perSecond(10)).capacity(10_000));
        for (int i = 0; i < 10_000; i++) {
            assertThat(table.admit(source(i))).isEqualTo(Admission.ADMITTED);
        }
        clock.pass(Duration.ofSeconds(1));
        for (int i = 0; i < 10_000; i++) {
            assertThat(table.admit(source(20_000))).isIn(Admission.ADMITTED, Admission.TOO_FREQUENT);
            table.admit(source(30_000 + i));
        }
        assertThat(table.size()).isGreaterThan(9_000);
        clock.pass(Duration.ofSeconds(1));
        for (int i = 0; i < 10_000; i++) {
            table.admit(source(50_000 + i));
            clock.pass(Duration.ofSeconds(1));
        }
        assertThat(table.size()).isLessThan(10);
    }

    @Test
    void changedLimitsHoldForTheNextConnection() {
        SourceTable table = table(SourceLimits.builder()
                .maxConnections(3)
                .rate(RateLimit.perSecond(10))
                .capacity(10));
        for (int i = 0; i < 3; i++) {
            assertThat(table.open(source(1))).isEqualTo(Admission.ADMITTED);
        }
        SourceLimits fewer = SourceLimits.builder()
                .maxConnections(1)
                .capacity(10)
                .whenFull(WhenFull.ADMIT)
                .build();
        table.limits(fewer);
        assertThat(table.limits()).isEqualTo(fewer);
        assertThat(table.connections(source(1))).isEqualTo(3);
        table.close(source(1));
        table.close(source(1));
        assertThat(table.open(source(1))).isEqualTo(Admission.TOO_MANY_CONNECTIONS);
        for (int i = 0; i < 100; i++) {
            assertThat(table.admit(source(1))).as("there is no rate any more").isEqualTo(Admission.ADMITTED);
        }
        table.limits(SourceLimits.builder()
                .rate(RateLimit.perSecond(1).withBurst(2))
                .capacity(10)
                .build());
        clock.pass(Duration.ofSeconds(1));
        assertThat(table.admit(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.admit(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.admit(source(1))).isEqualTo(Admission.TOO_FREQUENT);
    }

    @Test
    void prefixesAndCapacityCannotBeChanged() {
        SourceTable table = table(SourceLimits.builder().capacity(10));
        for (SourceLimits.Builder changed : List.of(
                SourceLimits.builder().capacity(11),
                SourceLimits.builder().capacity(10).prefixes(new PrefixLengths(32, 48)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> table.limits(changed.build()))
                    .withMessageStartingWith(
                            "prefixes and capacity must stay PrefixLengths[ipv4=32, ipv6=64] and 10: SourceLimits[");
        }
    }

    @Test
    void closingWhatIsNotOpenIsAMistake() {
        SourceTable table = table(SourceLimits.builder());
        assertThatIllegalStateException()
                .isThrownBy(() -> table.close(source(1)))
                .withMessage("no connection of 2001:db8:0:1:0:0:0:0/64 is open");
        table.open(source(1));
        table.close(source(1));
        assertThatIllegalStateException().isThrownBy(() -> table.close(source(1)));
    }

    @Test
    void aPrefixOfAnotherLengthIsAMistake() throws Exception {
        SourceTable table = table(SourceLimits.builder().prefixes(new PrefixLengths(24, 48)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.open(source(1)))
                .withMessage("the prefix of a source must be of length PrefixLengths[ipv4=24, ipv6=48]:"
                        + " 2001:db8:0:1:0:0:0:0/64");
        AddressPrefix wrong = AddressPrefix.of(InetAddress.getByName("192.0.2.1"), 32);
        assertThatIllegalArgumentException().isThrownBy(() -> table.admit(wrong));
        assertThatIllegalArgumentException().isThrownBy(() -> table.close(wrong));
        assertThatIllegalArgumentException().isThrownBy(() -> table.connections(wrong));
        assertThat(table.open(table.sourceOf(InetAddress.getByName("192.0.2.1"))))
                .isEqualTo(Admission.ADMITTED);
    }

    @Test
    void whatMakesNoSenseIsRefusedWithItsName() {
        SourceLimits least =
                SourceLimits.builder().maxConnections(1).capacity(1).build();
        assertThat(least.maxConnections() + least.capacity()).isEqualTo(2);
        SourceLimits most =
                SourceLimits.builder().capacity(SourceLimits.MAX_CAPACITY).build();
        assertThat(most.capacity()).isEqualTo(1 << 28);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SourceLimits.builder().maxConnections(0).build())
                .withMessage("maxConnections must be at least 1: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SourceLimits.builder().capacity(0).build())
                .withMessage("capacity must be 1 to 268435456: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SourceLimits.builder()
                        .capacity(SourceLimits.MAX_CAPACITY + 1)
                        .build())
                .withMessage("capacity must be 1 to 268435456: 268435457");
    }

    @Test
    void onlyTwoOutcomesAdmit() {
        assertThat(Admission.values())
                .filteredOn(Admission::isAdmitted)
                .containsExactly(Admission.ADMITTED, Admission.UNTRACKED);
    }

    @Test
    void memoryIsKnownForEveryCapacity() {
        assertThat(SourceTable.memory(1)).isEqualTo(44);
        assertThat(SourceTable.memory(2)).isEqualTo(88);
        assertThat(SourceTable.memory(3)).isEqualTo(3 * 40 + 4 * 4);
        assertThat(SourceTable.memory(1 << 20)).isEqualTo(44L << 20);
        assertThat(SourceTable.memory(SourceLimits.MAX_CAPACITY)).isEqualTo(44L << 28);
    }

    @Test
    void aTableForOneSourceKnowsOneAtATime() {
        SourceTable table = table(SourceLimits.builder().maxConnections(1).capacity(1));
        for (int i = 0; i < 10; i++) {
            assertThat(table.open(source(i))).isEqualTo(Admission.ADMITTED);
            assertThat(table.open(source(i))).isEqualTo(Admission.TOO_MANY_CONNECTIONS);
            assertThat(table.open(source(i + 1))).isEqualTo(Admission.TABLE_FULL);
            table.close(source(i));
        }
    }

    @Test
    void ipv4AddressesAreSourcesOfTheirOwn() throws Exception {
        SourceTable table = table(SourceLimits.builder().maxConnections(1));
        AddressPrefix one = table.sourceOf(InetAddress.getByName("192.0.2.1"));
        AddressPrefix other = table.sourceOf(InetAddress.getByName("192.0.2.2"));
        assertThat(table.open(one)).isEqualTo(Admission.ADMITTED);
        assertThat(table.open(other)).isEqualTo(Admission.ADMITTED);
        assertThat(table.open(one)).isEqualTo(Admission.TOO_MANY_CONNECTIONS);
        assertThat(table.connections(other)).isEqualTo(1);
    }

    @Test
    void aLowerLimitEmptiesABucketButLeavesNoDebt() {
        SourceTable table = table(SourceLimits.builder()
                .rate(new RateLimit(1, Duration.ofDays(1), 100))
                .capacity(10));
        for (int i = 0; i < 100; i++) {
            assertThat(table.admit(source(1))).isEqualTo(Admission.ADMITTED);
        }
        for (int i = 2; i <= 10; i++) {
            assertThat(table.admit(source(i))).isEqualTo(Admission.ADMITTED);
        }
        table.limits(SourceLimits.builder()
                .rate(RateLimit.perSecond(1).withBurst(2))
                .capacity(10)
                .build());
        assertThat(table.admit(source(1))).isEqualTo(Admission.TOO_FREQUENT);
        clock.passNanos(999_999_999);
        assertThat(table.admit(source(1))).isEqualTo(Admission.TOO_FREQUENT);
        clock.passNanos(1);
        assertThat(table.admit(source(1))).isEqualTo(Admission.ADMITTED);
        assertThat(table.admit(source(1))).isEqualTo(Admission.TOO_FREQUENT);
        table.limits(SourceLimits.builder()
                .rate(RateLimit.perSecond(1).withBurst(5))
                .capacity(10)
                .build());
        for (int i = 0; i < 3; i++) {
            assertThat(table.admit(source(1)))
                    .as("a higher burst counts at once")
                    .isEqualTo(Admission.ADMITTED);
        }
        assertThat(table.admit(source(1))).isEqualTo(Admission.TOO_FREQUENT);
    }
}
