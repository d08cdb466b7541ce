public class HiddenTest {
    void shouldOverlapInBothDirections() {
        equal(true, new DayRange(5, 7).overlaps(new DayRange(1, 5)));
        equal(true, new DayRange(1, 9).overlaps(new DayRange(3, 4)));
        equal(true, new DayRange(3, 3).overlaps(new DayRange(3, 3)));
    }

    private static void equal(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + " but was " + actual);
        }
    }
}
