// Package bucket limits how often something may happen.
package bucket

import "time"

// Bucket holds up to Capacity tokens and gains Rate of them a second.
type Bucket struct {
	Capacity float64
	Rate     float64
	tokens   float64
	last     time.Time
}

// New returns a full bucket.
func New(capacity, rate float64, now time.Time) *Bucket {
	return &Bucket{Capacity: capacity, Rate: rate, tokens: capacity, last: now}
}

// Take takes a token, if there is one.
func (b *Bucket) Take(now time.Time) bool {
	b.tokens += now.Sub(b.last).Seconds() * b.Rate
	b.last = now
	if b.tokens <= 1 {
		return false
	}
	b.tokens--
	return true
}
