package scaling

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/loop"
	"gekko/local/scaling/attachment"
	"gekko/local/scaling/policy"
	"gekko/local/scaling/schedule"
	"gekko/local/scaling/source"
	"gekko/local/scaling/tags"
	"gekko/local/wire"
)

// group is one Auto Scaling group: what it should be, and what it is.
type group struct {
	s       *Scaling
	name    string
	arn     string
	created time.Time
	shape

	suspended map[string]string // process -> reason
	tags      tags.Tags
	collected map[string]bool // metrics that are recorded

	members     []*member
	attachments []*attachment.Attachment
	hooks       []*types.LifecycleHook
	policies    []*policy.Policy
	schedule    *schedule.Schedule
	activities  []*types.Activity // the newest last

	because   []string // sentences that explain the next change of capacity
	replacing int      // unhealthy members whose replacement is not launched yet
	failures  int      // launches in a row
	retryAt   time.Time
	balanceAt time.Time // no zone is evened out before
	coolUntil time.Time // simple scaling policies wait until then
	stuck     bool      // the last scale-in found all members protected
	deleting  bool

	next   *loop.Event // when reconcile looks again
	nextAt time.Time
}

// shape is what a caller chooses of a group, to be changed as a whole.
type shape struct {
	min, max, desired int
	launch            source.Source
	places            []place
	healthType        string // EC2, ELB or EC2,ELB
	grace             time.Duration
	cooldown          time.Duration
	warmup            *time.Duration         // default for all policies, if set
	terminate         []string               // termination policies in their order
	protectNew        bool                   // new members, from scale-in
	kept              types.AutoScalingGroup // settings that are only given back
}

// find gives a group that can still be changed. An unknown one is
// ValidationError in AWS's words.
func (s *Scaling) find(name *string) (*group, error) {
	g := s.groups[aws.ToString(name)]
	if g == nil {
		return nil, wire.Invalid("AutoScalingGroup name not found - null")
	}
	if g.deleting {
		return nil, &wire.Error{Code: "ScalingActivityInProgress", Message: "AutoScalingGroup " + g.name + " is being deleted."}
	}
	return g, nil
}

// inOrder lists the groups by name.
func (s *Scaling) inOrder() []*group {
	all := make([]*group, 0, len(s.groups))
	for _, name := range slices.Sorted(maps.Keys(s.groups)) {
		all = append(all, s.groups[name])
	}
	return all
}

// oneOrAll is the group of that name, or all groups if none is named.
func (s *Scaling) oneOrAll(name *string) ([]*group, error) {
	if name == nil {
		return s.inOrder(), nil
	}
	g, err := s.find(name)
	return []*group{g}, err
}

// userOf names a group that launches from a configuration.
func (s *Scaling) userOf(configuration string) string {
	for _, g := range s.inOrder() {
		if aws.ToString(g.launch.Configuration) == configuration {
			return g.name
		}
	}
	return ""
}

// runs tells whether a process is not suspended.
func (g *group) runs(process string) bool {
	_, suspended := g.suspended[process]
	return !suspended
}

// checkSize refuses sizes that contradict each other, in AWS's words.
func checkSize(lowest, highest, desired int) error {
	switch {
	case lowest < 0 || highest < 0:
		return wire.Invalid("MinSize and MaxSize must be greater than or equal to 0")
	case lowest > highest:
		return wire.Invalid("Max bound, %d, must be greater than or equal to min bound, %d", highest, lowest)
	case desired < lowest || desired > highest:
		return wire.Invalid("Desired capacity:%d must be between the specified min size:%d and max size:%d", desired, lowest, highest)
	}
	return nil
}

// want sets the desired capacity; why says who did, as the first sentence of
// the activities' cause does.
func (g *group) want(desired int, why string) {
	if desired == g.desired {
		return
	}
	g.because = append(g.because, at("%s changing the desired capacity from %d to %d.", why, g.desired, desired))
	g.desired = desired
	g.tryAgain()
}

// tryAgain forgets failed launches, since something was changed.
func (g *group) tryAgain() {
	g.failures, g.retryAt, g.stuck = 0, time.Time{}, false
	g.poke(0)
}

// poke lets reconcile look at the group d from now, or sooner.
func (g *group) poke(d time.Duration) {
	due := time.Now().Add(d)
	if g.next != nil && !g.nextAt.After(due) {
		return
	}
	g.next.Cancel()
	g.nextAt = due
	g.next = g.s.o.Loop.At(due, func() {
		g.next = nil
		g.reconcile()
	})
}

func (g *group) described() types.AutoScalingGroup {
	c := g.shape // described by address, and g's own may change
	d := c.kept
	d.AutoScalingGroupName, d.AutoScalingGroupARN, d.CreatedTime = &g.name, &g.arn, &g.created
	d.MinSize, d.MaxSize, d.DesiredCapacity = int32p(c.min), int32p(c.max), int32p(c.desired)
	d.AvailabilityZones, d.VPCZoneIdentifier = zonesOf(c.places), subnetsOf(c.places)
	d.HealthCheckType, d.HealthCheckGracePeriod = &c.healthType, secondsp(c.grace)
	d.DefaultCooldown = secondsp(c.cooldown)
	if c.warmup != nil {
		d.DefaultInstanceWarmup = secondsp(*c.warmup)
	}
	d.TerminationPolicies = c.terminate
	d.NewInstancesProtectedFromScaleIn = &c.protectNew
	d.LaunchConfigurationName, d.LaunchTemplate, d.MixedInstancesPolicy = c.launch.Configuration, c.launch.Template, c.launch.Mixed
	for _, m := range g.members {
		d.Instances = append(d.Instances, m.described())
	}
	for _, a := range g.attachments {
		a.Describe(&d)
	}
	for _, process := range slices.Sorted(maps.Keys(g.suspended)) {
		d.SuspendedProcesses = append(d.SuspendedProcesses, types.SuspendedProcess{ProcessName: aws.String(process), SuspensionReason: aws.String(g.suspended[process])})
	}
	for _, metric := range slices.Sorted(maps.Keys(g.collected)) {
		d.EnabledMetrics = append(d.EnabledMetrics, types.EnabledMetric{Metric: aws.String(metric), Granularity: aws.String("1Minute")})
	}
	d.Tags = g.tags.All()
	if g.deleting {
		d.Status = aws.String("Delete in progress")
	}
	return d
}

// place is where a group may launch: a subnet, in its zone.
type place struct{ subnet, zone string }

func zonesOf(places []place) []string {
	var zones []string
	for _, p := range places {
		if !slices.Contains(zones, p.zone) {
			zones = append(zones, p.zone)
		}
	}
	return zones
}

// subnetsOf joins the subnets that the caller chose; AWS gives none back to who
// named zones alone.
func subnetsOf(places []place) *string {
	var subnets []string
	for _, p := range places {
		if p.subnet != "" {
			subnets = append(subnets, p.subnet)
		}
	}
	return aws.String(strings.Join(subnets, ","))
}

func int32p(n int) *int32 { return aws.Int32(int32(n)) }

func secondsp(d time.Duration) *int32 { return aws.Int32(int32(d / time.Second)) }

func seconds(n *int32) time.Duration { return time.Duration(aws.ToInt32(n)) * time.Second }
