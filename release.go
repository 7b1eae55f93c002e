package gekko

import "time"

// Phase says how far a release is.
type Phase string

// Phases, in the order of a release that goes well; Rejecting may follow any.
const (
	Launching Phase = "launching" // the new group comes up, without requests
	Ramping   Phase = "ramping"   // it gets its share, step by step
	Soaking   Phase = "soaking"   // both serve and are compared
	Promoting Phase = "promoting" // it grows to production size and takes all requests
	Warming   Phase = "warming"   // it serves alone, the old group stays whole
	Retiring  Phase = "retiring"  // the old group goes
	Rejecting Phase = "rejecting" // the new group goes
)

// Release is the record of a move of a fleet from one snapshot to another. It is
// kept on the new group, so that whoever looks at the fleet can go on with it.
type Release struct {
	New    GroupName `json:"new"`
	Old    GroupName `json:"old,omitempty"` // empty: nothing served before
	Phase  Phase     `json:"phase"`         // empty: no release
	Begun  time.Time `json:"begun"`
	Since  time.Time `json:"since"`            // when the phase began
	Size   Size      `json:"size"`             // that the new group is to have in the end
	Before int       `json:"before"`           // instances that the old group had in service when it began
	Needed int       `json:"needed"`           // instances that must serve from promotion on; 0: not yet known
	Pinned int       `json:"pinned,omitempty"` // instances that the old group is kept at; 0: not yet
	Peak   int       `json:"peak,omitempty"`   // requests a minute that one instance was seen to carry before; 0: not known
	Soak   time.Time `json:"soak,omitzero"`    // when the soak began: from then on both are compared
	Alone  time.Time `json:"alone,omitzero"`   // since when the old group takes no requests
	Held   time.Time `json:"held,omitzero"`    // since when it waits for something to get better
	Holds  string    `json:"holds,omitempty"`  // what: one word
	Warm   time.Time `json:"warm,omitzero"`    // since when enough instances are healthy
	Paused bool      `json:"paused,omitempty"`
	Forced bool      `json:"forced,omitempty"` // promoted by a person, not by the judge
	Back   bool      `json:"back,omitempty"`   // a rollback: production size at once, no soak
	Judged string    `json:"judged,omitempty"` // what it was promoted on, in a word of package release
	Finds  float64   `json:"finds,omitempty"`  // promoted as no harm was seen: how many times the old version's rate would have been; 0: not known
	Cause  string    `json:"cause,omitempty"`  // why it is rejected, in a word of package release
}

// UnderWay says whether there is a release that has not ended.
func (r Release) UnderWay() bool { return r.Phase != "" }

// Verb is what a person may ask a release for while it is under way.
type Verb string

// Verbs.
const (
	Pause   Verb = "pause"
	Resume  Verb = "resume"
	Promote Verb = "promote"
	Abort   Verb = "abort"
)

// Ask is what a person asked a release for. It is kept on the new group until
// whoever carries the release out has heeded it, and then with its acts.
type Ask struct {
	Verb Verb      `json:"verb"`
	By   string    `json:"by"` // user@host
	At   time.Time `json:"at"`
	Why  string    `json:"why,omitempty"`
}

// Undo is what gekko changed on a group, to be put back on every way out.
type Undo struct {
	Min  int `json:"min"`            // the minimum size before; -1: unchanged
	Kept int `json:"kept,omitempty"` // the minimum size that it is kept at; 0: not known
}

// Ending says how a release ended.
type Ending string

// Endings.
const (
	Promoted Ending = "promoted"
	Rejected Ending = "rejected" // and nothing is left over
	Dirty    Ending = "dirty"    // a person is needed
	Open     Ending = "open"     // it has begun, and nothing says yet how it ended
)

// Outcome is what is remembered of a release after its end, on the image of the
// snapshot that it was about.
type Outcome struct {
	Snapshot SnapshotName `json:"snapshot"`
	Old      GroupName    `json:"old,omitempty"`
	Ending   Ending       `json:"ending"`
	Begun    time.Time    `json:"begun"`
	At       time.Time    `json:"at"`
	Judged   string       `json:"judged,omitempty"` // as Release.Judged
	Cause    string       `json:"cause,omitempty"`  // as Release.Cause
	Grounds  string       `json:"grounds,omitempty"`
	Back     bool         `json:"back,omitempty"`
	Acts     []Ask        `json:"acts,omitempty"` // what people did to it
	Basis    Basis        `json:"-"`
}

// Basis is by what the samples are found again that a release was judged from.
type Basis struct {
	Old, New string    // the cloud's own ids of their pools
	Soak     time.Time // from then on both were compared; zero: they never were
	Alone    time.Time // since when the old group took no requests; zero: it always did
	Until    time.Time // when the judging ended
	Policy   string    // as Group.Policy
}

// Previous is the snapshot to go back to from the live one: the one that it took
// over from, or else the last one that was promoted; empty: none is known. The
// outcomes are an app's, the newest first.
func Previous(all []Outcome, live SnapshotName) SnapshotName {
	for _, o := range all {
		if o.Ending != Promoted {
			continue
		}
		if o.Snapshot != live {
			return o.Snapshot
		}
		if old, err := ParseSnapshotName(string(o.Old)); err == nil && !o.Back {
			return old
		}
	}
	return ""
}
