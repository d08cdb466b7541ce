package io.sweaifleet.schemas.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RateLimit;
import io.sweaifleet.schemas.role.TenantRules;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the definition of a pool may say. */
class PoolRulesTest {

    private static PoolDefinition.Builder pool() {
        return PoolDefinition.newBuilder().setPool("night").setVersion(1).setUpdatedAt(Instant.EPOCH);
    }

    private static TenantRules rules(int weight, Long maxBacklog) {
        return new TenantRules(weight, maxBacklog, null, 86_400_000L);
    }

    @Test
    void shouldTakeAPoolWithTenants() {
        // Given
        PoolDefinition pool = pool().setTenants(Map.of("gold", rules(1_000, null), "small", rules(1, 0L)))
                .setOtherTenants(rules(2, 10_000_000L))
                .build();

        // When / Then
        assertThat(PoolRules.check(pool)).isNull();
    }

    static Stream<Arguments> badPools() {
        return Stream.of(
                Arguments.of(pool().setTenants(Map.of("gold", rules(0, null))), "tenants.gold.weight", "0"),
                Arguments.of(pool().setTenants(Map.of("gold", rules(1_001, null))), "tenants.gold.weight", "1001"),
                Arguments.of(pool().setTenants(Map.of("gold", rules(1, -1L))), "tenants.gold.maxBacklog", "-1"),
                Arguments.of(pool().setTenants(Map.of("a/b", rules(1, null))), "tenants (a name)", "a/b"),
                Arguments.of(pool().setOtherTenants(rules(0, null)), "otherTenants.weight", "0"),
                Arguments.of(pool().setRates(Map.of("api", new RateLimit(0, 1_000L, 1))), "rates.api.permits", "0"),
                Arguments.of(pool().setRates(Map.of("api", new RateLimit(1, 0L, 1))), "rates.api.intervalMs", "0"),
                Arguments.of(pool().setRates(Map.of("api", new RateLimit(1, 1_000L, 0))), "rates.api.burst", "0"),
                Arguments.of(pool().setRates(Map.of(" ", new RateLimit(1, 1_000L, 1))), "rates (a key)", " "));
    }

    @ParameterizedTest
    @MethodSource("badPools")
    void shouldNameTheFieldOfAPoolThatCannotBeMeant(PoolDefinition.Builder pool, String field, String value) {
        // When
        Failure problem = PoolRules.check(pool.build());

        // Then
        assertThat(problem).isNotNull();
        assertThat(problem.getField()).isEqualTo(field);
        assertThat(problem.getValue()).isEqualTo(value);
        assertThat(problem.getRemedy()).isNotEmpty();
    }
}
