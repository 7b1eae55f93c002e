package compute

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
)

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
	case time.Since(i.since) < c.o.CheckTime:
		s.InstanceStatus = summary(types.SummaryStatusInitializing, types.StatusTypeInitializing)
		s.SystemStatus = summary(types.SummaryStatusInitializing, types.StatusTypeInitializing)
	default:
		s.InstanceStatus = summary(types.SummaryStatusOk, types.StatusTypePassed)
		s.SystemStatus = summary(types.SummaryStatusOk, types.StatusTypePassed)
	}
	return s
}

// Impaired says whether an instance fails its status checks: its machine went
// off by itself, as by a kernel's panic. OnState's functions are told when that
// begins.
func (c *Cloud) Impaired(id string) bool {
	i, there := c.instances.Look(id)
	return there && i.dead
}
