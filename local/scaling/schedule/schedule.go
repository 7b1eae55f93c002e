// Package schedule is the sizes that a group is to have at a time, or again and
// again. It knows no group: whoever makes a schedule is told what is due.
package schedule

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/loop"
	"gekko/local/wire"
)

// Schedule is the actions of one group. It is used inside the loop.
type Schedule struct {
	loop    *loop.Loop
	due     func(types.ScheduledUpdateGroupAction)
	actions []*action
}

// New makes an empty schedule. due is called for each action at its time.
func New(l *loop.Loop, due func(types.ScheduledUpdateGroupAction)) *Schedule {
	return &Schedule{loop: l, due: due}
}

type action struct {
	about types.ScheduledUpdateGroupAction
	recur *recurrence
	next  *loop.Event
}

// Put adds an action or replaces the one of its name.
func (s *Schedule) Put(about types.ScheduledUpdateGroupAction) error {
	a := &action{about: about}
	now := time.Now()
	switch {
	case aws.ToString(about.ScheduledActionName) == "":
		return wire.Invalid("ScheduledActionName is required")
	case about.MinSize == nil && about.MaxSize == nil && about.DesiredCapacity == nil:
		return wire.Invalid("Valid requests must contain at least one of the following: minSize, maxSize, desiredCapacity")
	case about.StartTime == nil && about.Recurrence == nil:
		return wire.Invalid("Either a recurrence or a start time must be provided.")
	case about.StartTime != nil && about.StartTime.Before(now):
		return wire.Invalid("Given start time is in the past")
	case about.EndTime != nil && about.EndTime.Before(now):
		return wire.Invalid("Given end time is in the past")
	case about.StartTime != nil && about.EndTime != nil && !about.StartTime.Before(*about.EndTime):
		return wire.Invalid("End time must be after the start time")
	}
	if about.Recurrence != nil {
		recur, err := parseRecurrence(*about.Recurrence, aws.ToString(about.TimeZone))
		if err != nil {
			return err
		}
		a.recur = recur
	}
	s.Drop(*about.ScheduledActionName)
	s.actions = append(s.actions, a)
	s.plan(a)
	return nil
}

// Drop takes an action out, and tells whether it was there.
func (s *Schedule) Drop(name string) bool {
	i := slices.IndexFunc(s.actions, func(a *action) bool { return *a.about.ScheduledActionName == name })
	if i < 0 {
		return false
	}
	s.actions[i].next.Cancel()
	s.actions = slices.Delete(s.actions, i, i+1)
	return true
}

// Clear takes all actions out.
func (s *Schedule) Clear() {
	for _, a := range s.actions {
		a.next.Cancel()
	}
	s.actions = nil
}

// All lists the actions, each with the time when it is due next.
func (s *Schedule) All() []types.ScheduledUpdateGroupAction {
	var all []types.ScheduledUpdateGroupAction
	for _, a := range s.actions {
		all = append(all, a.about)
	}
	return all
}

// plan sets the action's next time. One that has none is over, and gone.
func (s *Schedule) plan(a *action) {
	now := time.Now()
	var when time.Time
	switch {
	case a.about.StartTime != nil && a.about.StartTime.After(now):
		when = *a.about.StartTime
	case a.recur != nil:
		when = a.recur.after(now)
	}
	if when.IsZero() || a.about.EndTime != nil && when.After(*a.about.EndTime) {
		s.Drop(*a.about.ScheduledActionName)
		return
	}
	a.about.Time = &when
	if a.recur != nil {
		a.about.StartTime = &when
	}
	a.next = s.loop.At(when, func() {
		s.due(a.about)
		s.plan(a)
	})
}
