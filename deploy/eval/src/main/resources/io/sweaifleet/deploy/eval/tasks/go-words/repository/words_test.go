package words

import (
	"reflect"
	"testing"
)

func TestCountsWords(t *testing.T) {
	if got := Count("a b a"); !reflect.DeepEqual(got, map[string]int{"a": 2, "b": 1}) {
		t.Errorf("got %v", got)
	}
}

func TestIgnoresCaseAndSigns(t *testing.T) {
	if got := Count("The end, the END."); !reflect.DeepEqual(got, map[string]int{"the": 2, "end": 2}) {
		t.Errorf("got %v", got)
	}
}
