package release

import (
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
	"gekko/release/phase"
)

// Request asks for a release. One that is under way goes on as it began; then
// only the names matter.
type Request struct {
	hand.Subject
	Snapshot gekko.SnapshotName
	Size     gekko.Size // that the new group is to have in the end; zero: the snapshot's plan, or the live group's
	Subnets  []string   // empty: the plan's, or the balancer's
	Policy   gekko.ReleasePolicy
	Judge    gekko.JudgePolicy
	Back     bool   // a rollback: production size at once, no soak
	TakeOver bool   // begin the next term of the lease although the last has not ended
	Why      string // told to whoever finds the lease taken
}

// shortWarmUp is that of a rollback, whose snapshot has carried the load before:
// five minutes, and on this machine as many seconds.
func shortWarmUp(period time.Duration) time.Duration { return min(5*period, 5*time.Minute) }

// policiesOf puts the defaults where a request says nothing.
func policiesOf(q Request, period time.Duration) phase.Policies {
	p := phase.Policies{Release: q.Policy, Judge: q.Judge}
	if q.Back && p.Release.Soak == 0 {
		p.Release.Soak = -1
	}
	if q.Back && p.Release.WarmUp == 0 {
		p.Release.WarmUp = shortWarmUp(period)
	}
	if p.Judge.Period == 0 {
		p.Judge.Period = period
	}
	return p.Complete()
}

// Change is a change of a release's state: one JSON line for whoever is
// notified.
type Change struct {
	App      gekko.AppName      `json:"app"`
	Snapshot gekko.SnapshotName `json:"snapshot"`
	Old      gekko.GroupName    `json:"old,omitempty"`
	Phase    gekko.Phase        `json:"phase,omitempty"` // that began; empty: the release has ended
	Was      gekko.Phase        `json:"was,omitempty"`
	Ending   gekko.Ending       `json:"ending,omitempty"`
	Text     string             `json:"text"`          // one sentence
	Why      string             `json:"why,omitempty"` // the rule or the person behind it
	By       string             `json:"by"`
	At       time.Time          `json:"at"`
}

// Tick is what one look at a release came to.
type Tick struct {
	Phase   gekko.Phase   `json:"phase,omitempty"`
	Did     []string      `json:"did,omitempty"`
	Next    string        `json:"next,omitempty"`
	Why     string        `json:"why,omitempty"`
	Again   time.Time     `json:"again,omitzero"` // when there is something to look at
	Ended   bool          `json:"ended"`
	Outcome gekko.Outcome `json:"outcome,omitzero"`
}

// Foresight is what a release would do, and what its preflight found.
type Foresight struct {
	Steps     []phase.Timed `json:"steps"`
	Says      []string      `json:"says,omitempty"`
	Unchecked []string      `json:"unchecked,omitempty"` // what could not be read, and why
}

// View is what there is to see of a release.
type View struct {
	Fleet     gekko.Fleet         `json:"fleet"`
	Release   gekko.Release       `json:"release,omitzero"` // without a phase: none is under way
	Policy    gekko.ReleasePolicy `json:"policy"`
	Judge     gekko.JudgePolicy   `json:"judge"`
	Share     float64             `json:"share"` // of the requests that the new group is sent, 0 to 1; NaN: not known
	Judgement judge.Judgement     `json:"judgement"`
	Threshold time.Duration       `json:"threshold"` // from which on a request is slow
	Next      string              `json:"next"`      // the step or wait that is next
	Why       string              `json:"why,omitempty"`
	Due       time.Time           `json:"due,omitzero"` // when the phase may end; zero: not known
	Acts      []gekko.Ask         `json:"acts,omitempty"`
	Lease     gekko.Lease         `json:"lease,omitzero"` // who looked last, and when
	Alone     bool                `json:"alone"`          // nobody looks at it any more
}

// Asked says what became of an Ask.
type Asked struct {
	Release gekko.Release `json:"release"`
	Lease   gekko.Lease   `json:"lease,omitzero"`
	Alone   bool          `json:"alone"` // nobody carries the release out, so nobody will heed it yet
}
