package gekko

import "time"

// Lease is the right to change one app's fleet for a while. There is one term
// at a time: a number that was never used before and belongs to who made it.
type Lease struct {
	App    AppName `json:"app"`
	Term   int     `json:"term"`
	Holder string  `json:"holder"` // user@host and process
	Why    string  `json:"why,omitempty"`
	// Beat is when its holder last began a term, and Expires when that ends:
	// counted by the cloud's clock, told by this machine's. To its holder they
	// are rather too early, to others rather too late.
	Beat    time.Time `json:"beat"`
	Expires time.Time `json:"expires"`
	Freed   bool      `json:"freed,omitempty"`
}

// Over says whether anybody may begin the next term.
func (l Lease) Over(now time.Time) bool { return l.Term == 0 || l.Freed || !now.Before(l.Expires) }
