package compute

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// stateCodes are AWS's numbers of the states of an instance.
var stateCodes = map[types.InstanceStateName]int32{
	types.InstanceStateNamePending:      0,
	types.InstanceStateNameRunning:      16,
	types.InstanceStateNameShuttingDown: 32,
	types.InstanceStateNameTerminated:   48,
	types.InstanceStateNameStopping:     64,
	types.InstanceStateNameStopped:      80,
}

func newState(name types.InstanceStateName) *types.InstanceState {
	return &types.InstanceState{Name: name, Code: aws.Int32(stateCodes[name])}
}

// reason is why an instance is in its state, in AWS's codes and words
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html).
type reason struct {
	code, message string
	byUser        bool
}

var (
	byUser     = reason{"Client.UserInitiatedShutdown", "User initiated shutdown", true}
	fromInside = reason{"Client.InstanceInitiatedShutdown", "Instance initiated shutdown", false}
	byFailure  = reason{"Server.InternalError", "Internal error on launch", false}
)

// enter brings an instance into a state, and tells who wants to know. It is the
// last thing that its caller does with the state: who is told may change it.
func (c *Cloud) enter(i *instance, name types.InstanceStateName) {
	i.since = time.Now()
	i.about.State = newState(name)
	switch name {
	case types.InstanceStateNameRunning:
		i.about.StateReason = nil
		i.about.StateTransitionReason = aws.String("")
		i.measured, i.cpu = time.Now(), i.machine.CPU()
	case types.InstanceStateNameStopped:
		associate(i, nil)
	}
	c.refresh(i)
	c.tell(i)
	c.drive(i)
}

// tell lets those know of an instance who asked to.
func (c *Cloud) tell(i *instance) {
	for _, tell := range c.onState {
		tell(i.id, i.state())
	}
}

// leave brings an instance on its way to being off, for a reason.
func (c *Cloud) leave(i *instance, name types.InstanceStateName, why reason) {
	i.about.StateReason = &types.StateReason{Code: &why.code, Message: aws.String(why.code + ": " + why.message)}
	i.about.StateTransitionReason = aws.String("")
	if why.byUser {
		i.about.StateTransitionReason = aws.String(fmt.Sprintf("User initiated (%s)", now().Format("2006-01-02 15:04:05 GMT")))
	}
	i.reboot, i.dead = false, false
	if name == types.InstanceStateNameShuttingDown {
		if i.quit != nil {
			i.quit()
		}
		i.failFreezes()
	}
	c.enter(i, name)
}

// past says whether an instance has been in its state for long enough, and
// otherwise looks again then.
func (c *Cloud) past(i *instance, least time.Duration) bool {
	wait := time.Until(i.since.Add(least))
	if wait <= 0 {
		return true
	}
	c.o.Loop.After(wait, func() { c.drive(i) })
	return false
}

// remembered is how long a terminated instance is still described.
const remembered = time.Hour

// finish ends an instance whose machine is gone.
func (c *Cloud) finish(i *instance) {
	c.storage.Detach(i.about.BlockDeviceMappings)
	a := &i.about
	a.PrivateIpAddress, a.PublicIpAddress, a.SubnetId, a.VpcId = nil, nil, nil, nil
	a.PrivateDnsName, a.PublicDnsName = aws.String(""), aws.String("")
	a.NetworkInterfaces, a.SecurityGroups, a.BlockDeviceMappings = nil, nil, nil
	c.o.Loop.After(remembered, func() { c.instances.Remove(i.id) })
	c.enter(i, types.InstanceStateNameTerminated)
}
