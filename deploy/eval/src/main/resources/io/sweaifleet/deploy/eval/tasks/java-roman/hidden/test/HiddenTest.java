public class HiddenTest {
    void shouldWriteTheLongestAndTheLargest() {
        equal("MMMDCCCLXXXVIII", Roman.of(3888));
        equal("MMMCMXCIX", Roman.of(3999));
        equal("CDXLIV", Roman.of(444));
    }

    private static void equal(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + " but was " + actual);
        }
    }
}
