public class RingQueueTest {
    void shouldRefuseWhenFull() {
        RingQueue<String> queue = new RingQueue<>(1);
        equal(true, queue.offer("a"));
        equal(false, queue.offer("b"));
    }

    void shouldGoRound() {
        RingQueue<Integer> queue = new RingQueue<>(2);
        for (int i = 0; i < 5; i++) {
            equal(true, queue.offer(i));
            equal(i, queue.poll());
        }
        equal(0, queue.size());
    }

    private static void equal(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + " but was " + actual);
        }
    }
}
