package gekko

import "time"

// Launch is all that a group is made from.
type Launch struct {
	Snapshot Snapshot
	Size     Size
	Balancer Balancer
	Subnets  []string // where its instances may run
	Chosen   bool     // the subnets were asked for, whatever Like has
	// Like is a group whose settings the new one has too, as far as nothing
	// else was said; empty: none.
	Like    GroupName
	Release Release // that it is made for
	Policy  string  // that the release begins with
}

// Site is where a group may run, seen from its balancer.
type Site struct {
	Subnets   []string // the group's: as asked, or else the balancer's or the default network's
	Zones     []string // of these subnets
	Uncovered []string // zones of these that the balancer does not reach
	Free      int      // addresses that the subnets have left
}

// Load is what a fleet has carried, to judge whether part of it could carry
// all of it.
type Load struct {
	Now     float64       // requests a minute, all groups together, over the last periods
	Peak    float64       // the highest mean of requests a minute and healthy instance over 15 periods, of the last 24 hours
	Span    time.Duration // how far back there were measurements
	Slowest time.Duration // the slowest request of that time; 0: not known
	Known   bool          // whether there was enough to compare
}

// Adoption is what a group that gekko did not make runs.
type Adoption struct {
	Group    GroupName         `json:"group"`
	App      AppName           `json:"app"`
	Owner    AppName           `json:"owner,omitempty"` // the app that has it already
	Snapshot SnapshotName      `json:"snapshot,omitempty"`
	Image    ImageID           `json:"image"`
	Template TemplateID        `json:"template"`
	Version  int64             `json:"template_version"`
	Size     Size              `json:"size"`
	Tags     map[string]string `json:"tags"` // that it bears already
}
