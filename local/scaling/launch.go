package scaling

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/scaling/account"
	"gekko/local/wire"
)

// After a failed launch the next waits, twice as long each time.
const (
	shortestRetry = 15 * time.Second
	longestRetry  = 15 * time.Minute
)

// launchUpTo launches what a group of this capacity lacks. The first failure
// stops it, for a while.
func (g *group) launchUpTo(active int) {
	causes := g.because
	g.because = nil
	for range g.desired - active {
		cause := append(slices.Clone(causes), at("an instance was started in response to a difference between desired and actual capacity, increasing the capacity from %d to %d.", active, g.desired))
		if len(causes) == 0 && g.replacing > 0 {
			cause = []string{at("an instance was launched in response to an unhealthy instance needing to be replaced.")}
		}
		if _, err := g.launchOne(g.spread(), cause); err != nil {
			g.backOff()
			return
		}
		g.replacing = max(0, g.replacing-1)
	}
	g.replacing = 0
}

func (g *group) backOff() {
	g.failures++
	g.retryAt = time.Now().Add(min(longestRetry, shortestRetry<<min(g.failures-1, 10)))
}

// launchOne starts one instance in the first of the places that has room for
// it, and notes the activity, also of a failure.
func (g *group) launchOne(places []place, cause []string) (*member, error) {
	var failed error
	for _, p := range places {
		for _, instanceType := range g.launch.Types() {
			m, err := g.run(p, instanceType)
			if err == nil {
				m.activity = g.begin("Launching a new EC2 instance: "+m.id, m.place, cause...)
				progress(m.activity, types.ScalingActivityStatusCodePreInService, 30)
				g.join(m)
				return m, nil
			}
			failed = err
			if !lacksCapacity(err) {
				g.failLaunch(p, failed, cause)
				return nil, failed
			}
		}
	}
	g.failLaunch(places[0], failed, cause)
	return nil, failed
}

func (g *group) failLaunch(p place, failed error, cause []string) {
	message := failed.Error()
	var refused *wire.Error
	if errors.As(failed, &refused) {
		message = refused.Message
	}
	message = strings.TrimSuffix(message, ".") + ". Launching EC2 instance failed."
	a := g.begin("Launching a new EC2 instance.  Status Reason: "+message, p, cause...)
	end(a, types.ScalingActivityStatusCodeFailed, message)
}

// lacksCapacity tells errors that another zone or type may not give.
func lacksCapacity(err error) bool {
	var refused *wire.Error
	return errors.As(err, &refused) &&
		slices.Contains([]string{"InsufficientInstanceCapacity", "Unsupported", "InsufficientHostCapacity"}, refused.Code)
}

// run starts an instance from the group's template or configuration.
func (g *group) run(p place, instanceType string) (*member, error) {
	subnet := p.subnet
	if subnet == "" {
		subnet, _ = g.s.o.Compute.DefaultSubnet(p.zone)
	}
	in, from, err := g.s.Sources.Request(g.launch, subnet, instanceType)
	if err != nil {
		return nil, err
	}
	in.MinCount, in.MaxCount = aws.Int32(1), aws.Int32(1)
	in.ClientToken = aws.String(account.UUID())
	g.tagRequest(in)
	out, err := g.s.o.Compute.RunInstances(context.Background(), in)
	if err != nil {
		return nil, err
	}
	if len(out.Instances) != 1 {
		return nil, fmt.Errorf("RunInstances gave %d instances", len(out.Instances))
	}
	i := out.Instances[0]
	return &member{
		id: *i.InstanceId, image: aws.ToString(i.ImageId), instanceType: string(i.InstanceType),
		place: place{subnet: subnet, zone: p.zone}, from: from,
		state: types.LifecycleStatePending, launched: time.Now(), protected: g.protectNew,
	}, nil
}

// tagRequest adds the tags that the group gives its instances; EC2 joins them
// with the template's.
func (g *group) tagRequest(in *ec2.RunInstancesInput) {
	tags := map[string]string{"aws:autoscaling:groupName": g.name}
	for _, t := range g.tags.AtLaunch() {
		tags[*t.Key] = aws.ToString(t.Value)
	}
	in.TagSpecifications = []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeInstance, Tags: ec2Tags(tags)}}
}

func ec2Tags(tags map[string]string) []ec2types.Tag {
	var all []ec2types.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, ec2types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return all
}
