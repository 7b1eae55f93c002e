package scaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

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
	name := aws.ToString(in.ScheduledActionName)
	return g.schedule.Put(types.ScheduledUpdateGroupAction{
		AutoScalingGroupName: &g.name, ScheduledActionName: in.ScheduledActionName,
		ScheduledActionARN: aws.String(g.s.account.ARN("scheduledUpdateGroupAction", "autoScalingGroupName/"+g.name+":scheduledActionName/"+name)),
		MinSize:            in.MinSize, MaxSize: in.MaxSize, DesiredCapacity: in.DesiredCapacity,
		StartTime: in.StartTime, Time: in.StartTime, EndTime: in.EndTime, Recurrence: in.Recurrence, TimeZone: in.TimeZone,
	})
}

// carryOut sets the sizes of an action. Sizes that contradict the group's are
// noted as a failed activity.
func (g *group) carryOut(a types.ScheduledUpdateGroupAction) {
	if !g.runs("ScheduledActions") {
		return
	}
	changed := g.shape
	name := *a.ScheduledActionName
	if err := changed.resize(a.MinSize, a.MaxSize, a.DesiredCapacity); err != nil {
		failed := g.begin("Executing scheduled action "+name, place{}, at("a scheduled action %s could not be carried out.", name))
		end(failed, types.ScalingActivityStatusCodeFailed, *failedAction(nil, err).ErrorMessage)
		return
	}
	g.min, g.max = changed.min, changed.max
	g.want(changed.desired, g.constraints("a scheduled action update", changed.desired))
}

// DescribeScheduledActions lists actions by group, name and time.
func (s *Scaling) DescribeScheduledActions(_ context.Context, in *autoscaling.DescribeScheduledActionsInput) (*autoscaling.DescribeScheduledActionsOutput, error) {
	groups, err := s.oneOrAll(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	var all []types.ScheduledUpdateGroupAction
	for _, g := range groups {
		for _, a := range g.schedule.All() {
			switch {
			case len(in.ScheduledActionNames) > 0 && !slices.Contains(in.ScheduledActionNames, *a.ScheduledActionName),
				in.StartTime != nil && a.Time.Before(*in.StartTime),
				in.EndTime != nil && a.Time.After(*in.EndTime):
				continue
			}
			all = append(all, a)
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
	if !g.schedule.Drop(aws.ToString(in.ScheduledActionName)) {
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
		if !g.schedule.Drop(name) {
			out.FailedScheduledActions = append(out.FailedScheduledActions, failedAction(&name, unknownAction(&name)))
		}
	}
	return out, nil
}
