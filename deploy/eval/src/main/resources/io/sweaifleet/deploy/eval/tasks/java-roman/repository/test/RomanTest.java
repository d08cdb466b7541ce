public class RomanTest {
    void shouldAdd() {
        equal("VIII", Roman.of(8));
        equal("MMXVI", Roman.of(2016));
    }

    void shouldSubtract() {
        equal("IV", Roman.of(4));
        equal("MCMXC", Roman.of(1990));
    }

    private static void equal(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + " but was " + actual);
        }
    }
}
