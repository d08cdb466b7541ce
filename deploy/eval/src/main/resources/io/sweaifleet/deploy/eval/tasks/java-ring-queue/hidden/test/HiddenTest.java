public class HiddenTest {
    void shouldKeepTheOrderWhileItGoesRound() {
        RingQueue<Integer> queue = new RingQueue<>(3);
        queue.offer(1);
        queue.offer(2);
        queue.poll();
        queue.offer(3);
        queue.offer(4);
        equal(false, queue.offer(5));
        equal("234", "" + queue.poll() + queue.poll() + queue.poll());
    }

    private static void equal(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + " but was " + actual);
        }
    }
}
