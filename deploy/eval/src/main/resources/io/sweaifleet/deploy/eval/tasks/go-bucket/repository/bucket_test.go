package bucket

import (
	"testing"
	"time"
)

func take(b *Bucket, now time.Time, times int) int {
	taken := 0
	for i := 0; i < times; i++ {
		if b.Take(now) {
			taken++
		}
	}
	return taken
}

func TestGivesItsCapacityAtOnce(t *testing.T) {
	start := time.Unix(1000, 0)
	if got := take(New(3, 1, start), start, 10); got != 3 {
		t.Errorf("took %d", got)
	}
}

func TestNeverHoldsMoreThanItsCapacity(t *testing.T) {
	start := time.Unix(1000, 0)
	if got := take(New(3, 1, start), start.Add(time.Hour), 10); got != 3 {
		t.Errorf("took %d", got)
	}
}
