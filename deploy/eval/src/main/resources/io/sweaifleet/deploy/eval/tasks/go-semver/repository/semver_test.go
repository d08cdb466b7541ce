package semver

import "testing"

func TestComparesNumbersAsNumbers(t *testing.T) {
	if Compare("1.10.0", "1.9.0") <= 0 {
		t.Error("1.10.0 is newer than 1.9.0")
	}
	if Compare("2.0.0", "2.0.0") != 0 {
		t.Error("2.0.0 is 2.0.0")
	}
}

func TestPreReleasesAreOlder(t *testing.T) {
	if Compare("1.0.0-rc.1", "1.0.0") >= 0 {
		t.Error("1.0.0-rc.1 is older than 1.0.0")
	}
}
