public class DayRangeTest {
    void shouldCountBothEnds() {
        equal(1, new DayRange(3, 3).length());
        equal(5, new DayRange(1, 5).length());
    }

    void shouldContainItsLastDay() {
        equal(true, new DayRange(1, 5).contains(5));
        equal(false, new DayRange(1, 5).contains(6));
    }

    void shouldOverlapWhenADayIsShared() {
        equal(true, new DayRange(1, 5).overlaps(new DayRange(5, 7)));
        equal(false, new DayRange(1, 5).overlaps(new DayRange(6, 7)));
    }

    private static void equal(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + " but was " + actual);
        }
    }
}
