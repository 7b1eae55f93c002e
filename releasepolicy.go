package gekko

import (
	"cmp"
	"time"
)

// ReleasePolicy is how a release goes about it: the release part of gekko.yaml.
// The zero value of a field stands for its default (ReleasePolicy.Complete).
type ReleasePolicy struct {
	// Soak is how long both versions serve side by side before one is chosen;
	// negative: not at all.
	Soak time.Duration `json:"soak"`
	// WarmUp is how long the new version must have served all requests, healthy,
	// before the old one goes; negative: not at all.
	WarmUp time.Duration `json:"warm-up"`
	// Ramp is how long the canary takes to its full share on an ALB; negative:
	// it gets it at once.
	Ramp time.Duration `json:"ramp"`
	// Canary is how many instances the new group has during the soak; at least 1.
	Canary int `json:"canary-size"`
	// SharePercent is the canary's share of the requests on an ALB; 0: by its
	// part of the healthy instances.
	SharePercent int `json:"canary-share"`
	// Kept is how long the old group stays whole without requests once all of
	// them went over, before the warm-up may end; negative: not at all.
	Kept time.Duration `json:"kept"`
	// MaxHold is how long a hold may last before the release is rejected.
	MaxHold time.Duration `json:"max-hold"`
}

// Complete puts the defaults where nothing was said.
func (p ReleasePolicy) Complete() ReleasePolicy {
	return ReleasePolicy{
		Soak: cmp.Or(p.Soak, 24*time.Hour), WarmUp: cmp.Or(p.WarmUp, 30*time.Minute), Ramp: cmp.Or(p.Ramp, 10*time.Minute),
		Canary: cmp.Or(p.Canary, 3), SharePercent: p.SharePercent, Kept: cmp.Or(p.Kept, 5*time.Minute),
		MaxHold: cmp.Or(p.MaxHold, 6*time.Hour),
	}
}

// Notify says who is told of each change of a release's state. It is not kept
// in the cloud, as it may hold a secret.
type Notify struct {
	Exec []string // a program and its arguments; it gets a JSON line on its standard input
	URL  string   // gets the JSON line as a POST
}
