package scaling

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/scaling/attachment"
	"gekko/local/scaling/schedule"
	"gekko/local/scaling/tags"
	"gekko/local/scaling/termination"
	"gekko/local/wire"
)

const (
	defaultCooldown = 5 * time.Minute
	mostGroups      = 500 // of one account
)

// groupName says whether a group can be called that. A regular expression of
// such a class, repeated so often, would take 9 ms of each start of a program.
func groupName(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 1 && n <= 255 && !strings.ContainsFunc(s, func(r rune) bool { return r == ':' || unicode.Is(unicode.C, r) })
}

// CreateAutoScalingGroup makes a group; its instances come afterwards.
func (s *Scaling) CreateAutoScalingGroup(_ context.Context, in *autoscaling.CreateAutoScalingGroupInput) (*autoscaling.CreateAutoScalingGroupOutput, error) {
	g, err := s.newGroup(in)
	if err != nil {
		return nil, err
	}
	if err := g.furnish(in); err != nil {
		return nil, err
	}
	s.groups[g.name] = g
	desired := g.desired
	g.desired = 0
	g.want(desired, "a user request created an AutoScalingGroup")
	g.poke(0)
	return &autoscaling.CreateAutoScalingGroupOutput{}, nil
}

// newGroup checks names, sizes, source and places.
func (s *Scaling) newGroup(in *autoscaling.CreateAutoScalingGroupInput) (*group, error) {
	name := aws.ToString(in.AutoScalingGroupName)
	switch {
	case !groupName(name):
		return nil, wire.Invalid("1 validation error detected: Value '%s' at 'autoScalingGroupName' failed to satisfy constraint: it has 1 to 255 characters and no colon", name)
	case s.groups[name] != nil:
		return nil, wire.Errorf("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name %s already exists", name)
	case len(s.groups) >= mostGroups:
		return nil, wire.Errorf("LimitExceeded", "You have reached the limit of %d Auto Scaling groups.", mostGroups)
	case in.MinSize == nil || in.MaxSize == nil:
		return nil, wire.Invalid("MinSize and MaxSize are required")
	}
	g := &group{
		s: s, name: name, created: time.Now().UTC(),
		shape: shape{
			min: int(*in.MinSize), max: int(*in.MaxSize), desired: int(*in.MinSize),
			healthType: "EC2", cooldown: defaultCooldown, terminate: []string{"Default"},
		},
		suspended: map[string]string{}, tags: tags.Tags{Group: name}, collected: map[string]bool{},
	}
	g.arn = s.account.ARN("autoScalingGroup", "autoScalingGroupName/"+name)
	g.schedule = schedule.New(s.o.Loop, g.carryOut)
	if in.DesiredCapacity != nil {
		g.desired = int(*in.DesiredCapacity)
	}
	if err := checkSize(g.min, g.max, g.desired); err != nil {
		return nil, err
	}
	var err error
	if g.launch, err = s.Sources.Known(in.LaunchConfigurationName, in.LaunchTemplate, in.MixedInstancesPolicy); err != nil {
		return nil, err
	}
	if g.places, err = s.newPlaces(in.AvailabilityZones, in.VPCZoneIdentifier); err != nil {
		return nil, err
	}
	return g, nil
}

// furnish takes in the rest: settings, balancers, hooks and tags.
func (g *group) furnish(in *autoscaling.CreateAutoScalingGroupInput) error {
	err := g.set(settings{
		healthType: in.HealthCheckType, grace: in.HealthCheckGracePeriod, cooldown: in.DefaultCooldown,
		warmup: in.DefaultInstanceWarmup, terminate: in.TerminationPolicies, protectNew: in.NewInstancesProtectedFromScaleIn,
	})
	if err != nil {
		return err
	}
	g.kept = types.AutoScalingGroup{
		CapacityRebalance: in.CapacityRebalance, Context: in.Context,
		ServiceLinkedRoleARN: in.ServiceLinkedRoleARN,
	}
	if g.kept.ServiceLinkedRoleARN == nil {
		g.kept.ServiceLinkedRoleARN = aws.String("arn:aws:iam::" + g.s.o.Account + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")
	}
	attachments, err := g.newAttachments(attachment.Wanted{
		Balancers: in.LoadBalancerNames, TargetGroups: in.TargetGroupARNs, Sources: in.TrafficSources,
	})
	if err != nil {
		return err
	}
	g.attachments = attachments
	for _, spec := range in.LifecycleHookSpecificationList {
		h, err := g.newHook(spec)
		if err != nil {
			return err
		}
		g.hooks = append(g.hooks, h)
	}
	for _, t := range in.Tags {
		if t.ResourceId == nil {
			t.ResourceId = &g.name
		}
		if err := g.tags.Put(t); err != nil {
			return err
		}
	}
	return nil
}

// settings are what create and update have in common; nil leaves as it is.
type settings struct {
	healthType              *string
	grace, cooldown, warmup *int32
	terminate               []string
	protectNew              *bool
}

func (s *shape) set(n settings) error {
	if n.healthType != nil && *n.healthType != "" {
		for t := range strings.SplitSeq(*n.healthType, ",") {
			switch t {
			case "EC2", "ELB":
			case "EBS", "VPC_LATTICE":
				return wire.Errorf("UnsupportedOperation", "The health check type %s is not supported here; use EC2 or ELB.", t)
			default:
				return wire.Invalid("Invalid health check type: %s. Valid types are EC2, ELB.", t)
			}
		}
		s.healthType = *n.healthType
	}
	for _, n := range []*int32{n.grace, n.cooldown} {
		if n != nil && *n < 0 {
			return wire.Invalid("A period of %d seconds is below 0", *n)
		}
	}
	if n.grace != nil {
		s.grace = seconds(n.grace)
	}
	if n.cooldown != nil {
		s.cooldown = seconds(n.cooldown)
	}
	if n.warmup != nil {
		s.warmup = nil // -1 takes it away
		if *n.warmup >= 0 {
			s.warmup = aws.Duration(seconds(n.warmup))
		}
	}
	if len(n.terminate) > 0 {
		if err := termination.Check(n.terminate); err != nil {
			return err
		}
		s.terminate = n.terminate
	}
	if n.protectNew != nil {
		s.protectNew = *n.protectNew
	}
	return nil
}

// newPlaces gives the subnets of a group, or its zones if it names none.
func (s *Scaling) newPlaces(zones []string, subnets *string) ([]place, error) {
	var places []place
	for id := range strings.SplitSeq(aws.ToString(subnets), ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		zone, known := s.o.Compute.SubnetZone(id)
		if !known {
			return nil, wire.Invalid("The subnet ID '%s' does not exist", id)
		}
		if len(zones) > 0 && !slices.Contains(zones, zone) {
			return nil, wire.Invalid("The availability zones of the specified subnets and the Auto Scaling group do not match")
		}
		places = append(places, place{subnet: id, zone: zone})
	}
	if len(places) > 0 {
		return places, nil
	}
	for _, zone := range zones {
		if _, known := s.o.Compute.DefaultSubnet(zone); !known {
			return nil, wire.Invalid("Invalid availability zones: [%s]", zone)
		}
		places = append(places, place{zone: zone})
	}
	if len(places) == 0 {
		return nil, wire.Invalid("At least one Availability Zone or VPC Subnet is required.")
	}
	return places, nil
}
