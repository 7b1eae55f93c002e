package gekko

import "time"

// Lease is the right to change one app's fleet for a while. There is one term
// at a time: a number that was never used before and belongs to who made it.
type Lease struct {
	App     AppName   `json:"app"`
	Term    int       `json:"term"`
	Holder  string    `json:"holder"` // user@host and process
	Why     string    `json:"why,omitempty"`
	Beat    time.Time `json:"beat"`    // when its holder last prolonged it, by the cloud's clock
	Expires time.Time `json:"expires"` // by the cloud's clock
	Freed   bool      `json:"freed,omitempty"`
}

// Over says whether anybody may begin the next term.
func (l Lease) Over(now time.Time) bool { return l.Term == 0 || l.Freed || !now.Before(l.Expires) }
