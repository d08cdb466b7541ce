package bucket

import (
	"testing"
	"time"
)

func TestRefillsAndIsNotFooledByAClockThatGoesBack(t *testing.T) {
	start := time.Unix(1000, 0)
	b := New(2, 1, start)
	take(b, start, 2)
	if got := take(b, start.Add(-time.Minute), 1); got != 0 {
		t.Errorf("took %d from an empty bucket", got)
	}
	if got := take(b, start.Add(time.Second), 5); got != 1 {
		t.Errorf("took %d after a second", got)
	}
}
