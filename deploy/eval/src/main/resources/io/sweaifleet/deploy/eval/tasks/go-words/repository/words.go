// Package words counts words.
package words

import "strings"

// Count tells how often each word of a text occurs, in lower case.
func Count(text string) map[string]int {
	counts := make(map[string]int)
	for _, word := range strings.Split(text, " ") {
		counts[word]++
	}
	return counts
}
