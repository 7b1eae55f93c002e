package scaling

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"gekko/local/wire"
)

// processes can each be suspended. HealthCheck and the rest are looked at where
// they happen, by runs.
func processes() []string {
	return []string{
		"AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh",
		"Launch", "ReplaceUnhealthy", "ScheduledActions", "Terminate",
	}
}

// SuspendProcesses stops processes of a group; all if none is named.
func (s *Scaling) SuspendProcesses(_ context.Context, in *autoscaling.SuspendProcessesInput) (*autoscaling.SuspendProcessesOutput, error) {
	g, named, err := s.processesOf(in.AutoScalingGroupName, in.ScalingProcesses)
	if err != nil {
		return nil, err
	}
	for _, p := range named {
		if g.runs(p) {
			g.suspended[p] = "User suspended at " + time.Now().UTC().Format("2006-01-02T15:04:05Z")
		}
	}
	return &autoscaling.SuspendProcessesOutput{}, nil
}

// ResumeProcesses lets processes run again; all if none is named.
func (s *Scaling) ResumeProcesses(_ context.Context, in *autoscaling.ResumeProcessesInput) (*autoscaling.ResumeProcessesOutput, error) {
	g, named, err := s.processesOf(in.AutoScalingGroupName, in.ScalingProcesses)
	if err != nil {
		return nil, err
	}
	for _, p := range named {
		delete(g.suspended, p)
	}
	g.tryAgain()
	return &autoscaling.ResumeProcessesOutput{}, nil
}

func (s *Scaling) processesOf(name *string, named []string) (*group, []string, error) {
	g, err := s.find(name)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range named {
		if !slices.Contains(processes(), p) {
			return nil, nil, wire.Invalid("Invalid Scaling Process %s", p)
		}
	}
	if len(named) == 0 {
		named = processes()
	}
	return g, named, nil
}
