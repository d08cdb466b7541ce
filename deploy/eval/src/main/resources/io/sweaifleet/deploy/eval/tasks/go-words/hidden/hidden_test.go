package words

import "testing"

func TestOtherScriptsAndNothing(t *testing.T) {
	if got := Count("Ärger\tärger\n  ÄRGER")["ärger"]; got != 3 {
		t.Errorf("got %d", got)
	}
	if got := len(Count(" ... ")); got != 0 {
		t.Errorf("got %d words of nothing", got)
	}
}
