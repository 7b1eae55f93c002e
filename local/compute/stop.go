package compute

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

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

// terminateForUsers is TerminateInstances as users may call it: termination
// protection holds for them, and not for Auto Scaling
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html).
func (c *Cloud) terminateForUsers(ctx context.Context, in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	for _, id := range in.InstanceIds {
		if i, there := c.instances.Look(id); there && i.protected && !i.over() {
			return nil, wire.Errorf("OperationNotPermitted", "The instance '%s' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.", i.id)
		}
	}
	return c.TerminateInstances(ctx, in)
}

// TerminateInstances ends instances for good, protected or not.
func (c *Cloud) TerminateInstances(ctx context.Context, in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	changes, err := c.change(in.InstanceIds, func(*instance) error { return nil }, func(i *instance) {
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
		associate(i, i.about.PrivateIpAddress)
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
