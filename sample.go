package gekko

import "time"

// Sample is what one group, or its part in one zone, was counted to do in one
// period.
type Sample struct {
	Zone     string  `json:"zone,omitempty"`
	Requests float64 `json:"requests"`
	Errors   float64 `json:"errors"`  // answers with status 5xx
	Slow     float64 `json:"slow"`    // slower than the threshold
	Refused  float64 `json:"refused"` // connections that its instances did not take
	Lost     float64 `json:"lost"`    // requests that got no answer from it
	Hosts    float64 `json:"hosts"`   // healthy instances; 0: not known
}

// Minute is one period of both groups. A side without a sample was not
// measured; requests 0 is a measurement. (A period is a minute everywhere but
// on the embedded cloud.)
type Minute struct {
	At  time.Time `json:"at"` // its beginning
	Old []Sample  `json:"old,omitempty"`
	New []Sample  `json:"new,omitempty"`
	// Alone says that the old group took no requests any more: only the new one
	// is looked at.
	Alone bool `json:"alone,omitempty"`
}

// Recording is what a release was, or could be, judged from.
type Recording struct {
	Threshold time.Duration `json:"threshold"` // beyond which a request is slow: the old version's own p99
	Minutes   []Minute      `json:"minutes"`   // settled ones, in order
}
