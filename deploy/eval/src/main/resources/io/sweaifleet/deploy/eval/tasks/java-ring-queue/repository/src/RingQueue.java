import java.util.NoSuchElementException;

/** A queue of at most so many elements, in an array that is used round and round. */
public final class RingQueue<T> {

    private final Object[] elements;
    private int head;
    private int size;

    public RingQueue(int capacity) {
        this.elements = new Object[capacity];
    }

    public boolean offer(T element) {
        if (size == elements.length) {
            return false;
        }
        elements[head + size] = element;
        size++;
        return true;
    }

    @SuppressWarnings("unchecked")
    public T poll() {
        if (size == 0) {
            throw new NoSuchElementException("the queue is empty");
        }
        T element = (T) elements[head];
        elements[head] = null;
        head = head + 1;
        size--;
        return element;
    }

    public int size() {
        return size;
    }
}
