/** Roman numerals from 1 to 3999. */
public final class Roman {

    private static final int[] VALUES = {1000, 500, 100, 50, 10, 5, 1};
    private static final String[] SIGNS = {"M", "D", "C", "L", "X", "V", "I"};

    private Roman() {}

    public static String of(int number) {
        if (number < 1 || number > 3999) {
            throw new IllegalArgumentException(number + " is not between 1 and 3999");
        }
        StringBuilder text = new StringBuilder();
        int left = number;
        for (int i = 0; i < VALUES.length; i++) {
            while (left >= VALUES[i]) {
                text.append(SIGNS[i]);
                left -= VALUES[i];
            }
        }
        return text.toString();
    }
}
