/** A range of days, both ends included. */
public record DayRange(int first, int last) {

    public DayRange {
        if (last < first) {
            throw new IllegalArgumentException("last " + last + " is before first " + first);
        }
    }

    public int length() {
        return last - first;
    }

    public boolean overlaps(DayRange other) {
        return first < other.last && other.first < last;
    }

    public boolean contains(int day) {
        return first <= day && day < last;
    }
}
