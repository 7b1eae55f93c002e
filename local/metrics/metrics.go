// Package metrics is the embedded cloud's CloudWatch: it keeps what was counted
// and measured, answers statistics from it, and lets alarms act.
//
// Numbers come in from any goroutine by Add or a Series; everything else runs
// inside the loop. The package knows nothing of who measures, nor of what the
// actions of an alarm do: that is told by OnAction.
package metrics

import (
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/loop"
)

// Store holds every metric of one account and region, and its alarms.
type Store struct {
	loop            *loop.Loop
	account, region string
	late            func() (by time.Duration, part float64)

	mu     sync.RWMutex // guards series; each series has a lock of its own
	series map[key][]*Series

	alarms  map[string]*alarm // what follows is touched inside the loop alone
	history []types.AlarmHistoryItem
	actions []func(Action)
}

// Options say whose metrics they are; both stand in the ARNs of alarms.
type Options struct {
	Account, Region string
	Loop            *loop.Loop
	// Late says how long after its end a period is first seen by callers, and
	// which part of its counts is seen as late again; nil: at once, all of it.
	Late func() (by time.Duration, part float64)
}

// New makes an empty store. Alarms are evaluated while the loop runs.
func New(o Options) *Store {
	if o.Late == nil {
		o.Late = func() (time.Duration, float64) { return 0, 0 }
	}
	return &Store{
		loop:    o.Loop,
		late:    o.Late,
		account: o.Account,
		region:  o.Region,
		series:  map[key][]*Series{},
		alarms:  map[string]*alarm{},
	}
}

// Add counts value, which was seen count times at the time at. It may be called
// from any goroutine; whoever adds often prepares a Series.
func (s *Store) Add(namespace, name, unit string, dims map[string]string, at time.Time, value, count float64) {
	s.Prepare(namespace, name, unit, dims).Add(at, value, count)
}

// OnAction lets f carry out the actions of alarms, inside the loop. Each f is
// told of every action and picks those whose ARN it knows.
func (s *Store) OnAction(f func(Action)) { s.actions = append(s.actions, f) }
