package compute

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// change does something to several instances, all or, if a check refuses one,
// none, and tells what states they had and have.
func (c *Cloud) change(ids []string, check func(*instance) error, do func(*instance)) ([]types.InstanceStateChange, error) {
	if len(ids) == 0 {
		return nil, missing("InstanceId")
	}
	found, err := c.instances.FindAll(ids)
	if err != nil {
		return nil, err
	}
	for _, i := range found {
		if err := check(i); err != nil {
			return nil, err
		}
	}
	var changes []types.InstanceStateChange
	for _, i := range found {
		was := i.about.State
		do(i)
		changes = append(changes, types.InstanceStateChange{InstanceId: &i.id, PreviousState: was, CurrentState: i.about.State})
	}
	return changes, nil
}

// TerminateInstances ends instances for good.
func (c *Cloud) TerminateInstances(ctx context.Context, in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	changes, err := c.change(in.InstanceIds, func(i *instance) error {
		if i.protected && !i.over() {
			return wire.Errorf("OperationNotPermitted", "The instance '%s' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.", i.id)
		}
		return nil
	}, func(i *instance) {
		i.force = i.force || aws.ToBool(in.SkipOsShutdown) || aws.ToBool(in.Force)
		if i.state() != types.InstanceStateNameShuttingDown && !i.over() {
			c.leave(i, types.InstanceStateNameShuttingDown, byUser)
		}
	})
	return &ec2.TerminateInstancesOutput{TerminatingInstances: changes}, err
}

// StopInstances turns instances off.
func (c *Cloud) StopInstances(ctx context.Context, in *ec2.StopInstancesInput) (*ec2.StopInstancesOutput, error) {
	changes, err := c.change(in.InstanceIds, func(i *instance) error {
		switch i.state() {
		case types.InstanceStateNameRunning, types.InstanceStateNameStopping, types.InstanceStateNameStopped:
			return nil
		}
		return wire.Errorf("IncorrectInstanceState", "The instance '%s' is not in a state from which it can be stopped.", i.id)
	}, func(i *instance) {
		if i.state() == types.InstanceStateNameRunning {
			i.force = aws.ToBool(in.Force) || aws.ToBool(in.SkipOsShutdown)
			c.leave(i, types.InstanceStateNameStopping, byUser)
		}
	})
	return &ec2.StopInstancesOutput{StoppingInstances: changes}, err
}

// StartInstances turns stopped instances on.
func (c *Cloud) StartInstances(ctx context.Context, in *ec2.StartInstancesInput) (*ec2.StartInstancesOutput, error) {
	changes, err := c.change(in.InstanceIds, func(i *instance) error {
		switch i.state() {
		case types.InstanceStateNameStopped, types.InstanceStateNamePending, types.InstanceStateNameRunning:
			return nil
		}
		return wire.Errorf("IncorrectInstanceState", "The instance '%s' is not in a state from which it can be started.", i.id)
	}, func(i *instance) {
		if i.state() != types.InstanceStateNameStopped {
			return
		}
		i.about.LaunchTime = aws.Time(now())
		i.about.PublicIpAddress = i.about.PrivateIpAddress
		i.about.StateReason, i.about.StateTransitionReason = nil, aws.String("")
		c.enter(i, types.InstanceStateNamePending)
	})
	return &ec2.StartInstancesOutput{StartingInstances: changes}, err
}

// RebootInstances turns running instances off and on again.
func (c *Cloud) RebootInstances(ctx context.Context, in *ec2.RebootInstancesInput) (*ec2.RebootInstancesOutput, error) {
	_, err := c.change(in.InstanceIds, func(i *instance) error {
		if i.state() != types.InstanceStateNameRunning {
			return wire.Errorf("IncorrectInstanceState", "The instance '%s' is not in the 'running' state.", i.id)
		}
		return nil
	}, func(i *instance) {
		i.reboot = true
		c.drive(i)
	})
	return &ec2.RebootInstancesOutput{}, err
}

// GetConsoleOutput gives what an instance last wrote to its console.
func (c *Cloud) GetConsoleOutput(ctx context.Context, in *ec2.GetConsoleOutputInput) (*ec2.GetConsoleOutputOutput, error) {
	i, err := c.instances.Find(aws.ToString(in.InstanceId))
	if err != nil {
		return nil, err
	}
	out := &ec2.GetConsoleOutputOutput{InstanceId: &i.id, Timestamp: aws.Time(now())}
	if i.machine != nil {
		out.Output = encoded(i.machine.Console())
	}
	return out, nil
}

var statusFacts = shelf.Facts[types.InstanceStatus]{
	"availability-zone":   func(s types.InstanceStatus) []string { return shelf.Text(s.AvailabilityZone) },
	"instance-state-code": func(s types.InstanceStatus) []string { return []string{fmtInt(s.InstanceState.Code)} },
	"instance-state-name": func(s types.InstanceStatus) []string { return []string{string(s.InstanceState.Name)} },
	"instance-status.status": func(s types.InstanceStatus) []string {
		return []string{string(s.InstanceStatus.Status)}
	},
	"instance-status.reachability": func(s types.InstanceStatus) []string { return reachability(s.InstanceStatus) },
	"system-status.status": func(s types.InstanceStatus) []string {
		return []string{string(s.SystemStatus.Status)}
	},
	"system-status.reachability": func(s types.InstanceStatus) []string { return reachability(s.SystemStatus) },
}

func reachability(s *types.InstanceStatusSummary) []string {
	if len(s.Details) == 0 {
		return nil
	}
	return []string{string(s.Details[0].Status)}
}

// DescribeInstanceStatus tells the status checks of running instances, or of
// all if they are asked for.
func (c *Cloud) DescribeInstanceStatus(ctx context.Context, in *ec2.DescribeInstanceStatusInput) (*ec2.DescribeInstanceStatusOutput, error) {
	found, err := c.instances.Query(in.InstanceIds, nil)
	if err != nil {
		return nil, err
	}
	var all []types.InstanceStatus
	for _, i := range found {
		if i.state() == types.InstanceStateNameRunning || aws.ToBool(in.IncludeAllInstances) {
			all = append(all, c.status(i))
		}
	}
	all, err = shelf.Select(all, in.Filters, statusFacts)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(all, in.InstanceIds, 5, in.NextToken, in.MaxResults)
	return &ec2.DescribeInstanceStatusOutput{InstanceStatuses: page, NextToken: next}, err
}

// status tells the checks of one instance. The system never fails; an instance
// fails when its machine went off by itself.
func (c *Cloud) status(i *instance) types.InstanceStatus {
	summary := func(s types.SummaryStatus, d types.StatusType) *types.InstanceStatusSummary {
		return &types.InstanceStatusSummary{Status: s, Details: []types.InstanceStatusDetails{{Name: types.StatusNameReachability, Status: d}}}
	}
	s := types.InstanceStatus{
		InstanceId: &i.id, InstanceState: i.about.State, AvailabilityZone: i.about.Placement.AvailabilityZone,
		AvailabilityZoneId: i.about.Placement.AvailabilityZoneId,
	}
	switch {
	case i.state() != types.InstanceStateNameRunning:
		s.InstanceStatus = &types.InstanceStatusSummary{Status: types.SummaryStatusNotApplicable}
		s.SystemStatus = &types.InstanceStatusSummary{Status: types.SummaryStatusNotApplicable}
	case i.dead:
		s.InstanceStatus = summary(types.SummaryStatusImpaired, types.StatusTypeFailed)
		s.SystemStatus = summary(types.SummaryStatusOk, types.StatusTypePassed)
	case i.age() < c.o.CheckTime:
		s.InstanceStatus = summary(types.SummaryStatusInitializing, types.StatusTypeInitializing)
		s.SystemStatus = summary(types.SummaryStatusInitializing, types.StatusTypeInitializing)
	default:
		s.InstanceStatus = summary(types.SummaryStatusOk, types.StatusTypePassed)
		s.SystemStatus = summary(types.SummaryStatusOk, types.StatusTypePassed)
	}
	return s
}
