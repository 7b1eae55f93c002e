package scaling

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/loop"
	"gekko/local/wire"
)

// scheduled changes a group's sizes at a time, or again and again.
type scheduled struct {
	about types.ScheduledUpdateGroupAction
	recur *recurrence
	next  *loop.Event
}

// PutScheduledUpdateGroupAction adds an action or replaces the one of its name.
func (s *Scaling) PutScheduledUpdateGroupAction(_ context.Context, in *autoscaling.PutScheduledUpdateGroupActionInput) (*autoscaling.PutScheduledUpdateGroupActionOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	start := in.StartTime
	if start == nil {
		start = in.Time
	}
	return &autoscaling.PutScheduledUpdateGroupActionOutput{}, g.putScheduled(types.ScheduledUpdateGroupActionRequest{
		ScheduledActionName: in.ScheduledActionName, MinSize: in.MinSize, MaxSize: in.MaxSize, DesiredCapacity: in.DesiredCapacity,
		StartTime: start, EndTime: in.EndTime, Recurrence: in.Recurrence, TimeZone: in.TimeZone,
	})
}

// BatchPutScheduledUpdateGroupAction puts several; those refused are listed.
func (s *Scaling) BatchPutScheduledUpdateGroupAction(_ context.Context, in *autoscaling.BatchPutScheduledUpdateGroupActionInput) (*autoscaling.BatchPutScheduledUpdateGroupActionOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.BatchPutScheduledUpdateGroupActionOutput{}
	for _, a := range in.ScheduledUpdateGroupActions {
		if err := g.putScheduled(a); err != nil {
			out.FailedScheduledUpdateGroupActions = append(out.FailedScheduledUpdateGroupActions, failedAction(a.ScheduledActionName, err))
		}
	}
	return out, nil
}

func failedAction(name *string, err error) types.FailedScheduledUpdateGroupActionRequest {
	f := types.FailedScheduledUpdateGroupActionRequest{ScheduledActionName: name, ErrorMessage: aws.String(err.Error())}
	if refused, ok := err.(*wire.Error); ok {
		f.ErrorCode, f.ErrorMessage = &refused.Code, &refused.Message
	}
	return f
}

func (g *group) putScheduled(in types.ScheduledUpdateGroupActionRequest) error {
	a := &scheduled{about: types.ScheduledUpdateGroupAction{
		AutoScalingGroupName: &g.name, ScheduledActionName: in.ScheduledActionName,
		ScheduledActionARN: aws.String(g.s.arn("scheduledUpdateGroupAction", uuid()+":autoScalingGroupName/"+g.name+":scheduledActionName/"+aws.ToString(in.ScheduledActionName))),
		MinSize:            in.MinSize, MaxSize: in.MaxSize, DesiredCapacity: in.DesiredCapacity,
		StartTime: in.StartTime, Time: in.StartTime, EndTime: in.EndTime, Recurrence: in.Recurrence, TimeZone: in.TimeZone,
	}}
	now := time.Now()
	switch {
	case aws.ToString(in.ScheduledActionName) == "":
		return wire.Invalid("ScheduledActionName is required")
	case in.MinSize == nil && in.MaxSize == nil && in.DesiredCapacity == nil:
		return wire.Invalid("Valid requests must contain at least one of the following: minSize, maxSize, desiredCapacity")
	case in.StartTime == nil && in.Recurrence == nil:
		return wire.Invalid("Either a recurrence or a start time must be provided.")
	case in.StartTime != nil && in.StartTime.Before(now):
		return wire.Invalid("Given start time is in the past")
	case in.EndTime != nil && in.EndTime.Before(now):
		return wire.Invalid("Given end time is in the past")
	case in.StartTime != nil && in.EndTime != nil && !in.StartTime.Before(*in.EndTime):
		return wire.Invalid("End time must be after the start time")
	}
	if in.Recurrence != nil {
		recur, err := parseRecurrence(*in.Recurrence, aws.ToString(in.TimeZone))
		if err != nil {
			return err
		}
		a.recur = recur
	}
	g.dropScheduled(*in.ScheduledActionName)
	g.schedule = append(g.schedule, a)
	g.plan(a)
	return nil
}

func (g *group) dropScheduled(name string) bool {
	i := slices.IndexFunc(g.schedule, func(a *scheduled) bool { return *a.about.ScheduledActionName == name })
	if i < 0 {
		return false
	}
	g.schedule[i].next.Cancel()
	g.schedule = slices.Delete(g.schedule, i, i+1)
	return true
}

// plan sets the action's next time. One that has none is over, and gone.
func (g *group) plan(a *scheduled) {
	now := time.Now()
	var when time.Time
	switch {
	case a.about.StartTime != nil && a.about.StartTime.After(now):
		when = *a.about.StartTime
	case a.recur != nil:
		when = a.recur.after(now)
	}
	if when.IsZero() || a.about.EndTime != nil && when.After(*a.about.EndTime) {
		g.dropScheduled(*a.about.ScheduledActionName)
		return
	}
	a.about.Time = &when
	if a.recur != nil {
		a.about.StartTime = &when
	}
	a.next = g.s.o.Loop.At(when, func() {
		g.carryOut(a)
		g.plan(a)
	})
}

// carryOut sets the sizes of an action. Sizes that contradict the group's are
// noted as a failed activity.
func (g *group) carryOut(a *scheduled) {
	if !g.runs("ScheduledActions") {
		return
	}
	changed := g.shape
	name := *a.about.ScheduledActionName
	if err := changed.resize(a.about.MinSize, a.about.MaxSize, a.about.DesiredCapacity); err != nil {
		failed := g.begin("Executing scheduled action "+name, place{}, at("a scheduled action %s could not be carried out.", name))
		end(failed, types.ScalingActivityStatusCodeFailed, *failedAction(nil, err).ErrorMessage)
		return
	}
	g.min, g.max = changed.min, changed.max
	g.want(changed.desired, g.constraints("a scheduled action update", changed.desired))
}

// DescribeScheduledActions lists actions by group, name and time.
func (s *Scaling) DescribeScheduledActions(_ context.Context, in *autoscaling.DescribeScheduledActionsInput) (*autoscaling.DescribeScheduledActionsOutput, error) {
	groups := s.inOrder()
	if in.AutoScalingGroupName != nil {
		g, err := s.find(in.AutoScalingGroupName)
		if err != nil {
			return nil, err
		}
		groups = append(groups[:0], g)
	}
	var all []types.ScheduledUpdateGroupAction
	for _, g := range groups {
		for _, a := range g.schedule {
			switch {
			case len(in.ScheduledActionNames) > 0 && !slices.Contains(in.ScheduledActionNames, *a.about.ScheduledActionName),
				in.StartTime != nil && a.about.Time.Before(*in.StartTime),
				in.EndTime != nil && a.about.Time.After(*in.EndTime):
				continue
			}
			all = append(all, a.about)
		}
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxRecords, 100)
	if err != nil {
		return nil, err
	}
	return &autoscaling.DescribeScheduledActionsOutput{ScheduledUpdateGroupActions: page, NextToken: next}, nil
}

// DeleteScheduledAction deletes one action.
func (s *Scaling) DeleteScheduledAction(_ context.Context, in *autoscaling.DeleteScheduledActionInput) (*autoscaling.DeleteScheduledActionOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	if !g.dropScheduled(aws.ToString(in.ScheduledActionName)) {
		return nil, unknownAction(in.ScheduledActionName)
	}
	return &autoscaling.DeleteScheduledActionOutput{}, nil
}

func unknownAction(name *string) error {
	return wire.Invalid("Scheduled action name not found - %s", aws.ToString(name))
}

// BatchDeleteScheduledAction deletes several; those unknown are listed.
func (s *Scaling) BatchDeleteScheduledAction(_ context.Context, in *autoscaling.BatchDeleteScheduledActionInput) (*autoscaling.BatchDeleteScheduledActionOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.BatchDeleteScheduledActionOutput{}
	for _, name := range in.ScheduledActionNames {
		if !g.dropScheduled(name) {
			out.FailedScheduledActions = append(out.FailedScheduledActions, failedAction(&name, unknownAction(&name)))
		}
	}
	return out, nil
}
