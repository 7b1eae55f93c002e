package scaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/wire"
)

// attachmentsOfCall is how many one call may attach or detach.
const attachmentsOfCall = 10

// newAttachments checks that all balancers and target groups are there.
func (s *Scaling) newAttachments(names, arns []string, sources []types.TrafficSourceIdentifier) ([]*attachment, error) {
	var all []*attachment
	for _, name := range names {
		all = append(all, newAttachment(classic, name, false))
	}
	for _, arn := range arns {
		all = append(all, newAttachment(targetGroup, arn, false))
	}
	for _, source := range sources {
		k, err := kindOf(source)
		if err != nil {
			return nil, err
		}
		all = append(all, newAttachment(k, aws.ToString(source.Identifier), true))
	}
	for _, a := range all {
		if err := s.exists(a); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func kindOf(source types.TrafficSourceIdentifier) (kind, error) {
	switch aws.ToString(source.Type) {
	case "elb":
		return classic, nil
	case "elbv2":
		return targetGroup, nil
	case "":
		if len(aws.ToString(source.Identifier)) > 4 && (*source.Identifier)[:4] == "arn:" {
			return targetGroup, nil
		}
		return classic, nil
	case "vpc-lattice":
		return 0, wire.Errorf("UnsupportedOperation", "Traffic sources of the type vpc-lattice are not supported here.")
	}
	return 0, wire.Invalid("The traffic source type %s is not valid: use elb or elbv2", *source.Type)
}

func (s *Scaling) exists(a *attachment) error {
	ctx := context.Background()
	if a.kind == classic {
		out, err := s.o.Balancers.DescribeLoadBalancersClassic(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerNames: []string{a.id}})
		if err != nil || len(out.LoadBalancerDescriptions) == 0 {
			return wire.Invalid("Provided Load Balancers may not be valid. Please ensure they exist and try again.")
		}
		return nil
	}
	out, err := s.o.Balancers.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{TargetGroupArns: []string{a.id}})
	if err != nil || len(out.TargetGroups) == 0 {
		return wire.Invalid("Provided Target Groups may not be valid. Please ensure they exist and try again.")
	}
	if t := out.TargetGroups[0].TargetType; t != "" && t != elbv2types.TargetTypeEnumInstance {
		return wire.Invalid("Provided Target Groups have the target type %s; a group attaches to the type instance.", t)
	}
	return nil
}

// attachAll adds attachments to a group; those it has already stay as they are.
func (s *Scaling) attachAll(name *string, names, arns []string, sources []types.TrafficSourceIdentifier) error {
	g, err := s.find(name)
	if err != nil {
		return err
	}
	wanted, err := s.newAttachments(names, arns, sources)
	if err != nil {
		return err
	}
	if len(wanted) == 0 || len(wanted) > attachmentsOfCall {
		return wire.Invalid("One call attaches 1 to %d; %d were given", attachmentsOfCall, len(wanted))
	}
	for _, a := range wanted {
		before := g.attachment(a.kind, a.id)
		switch {
		case before == nil:
			g.attachments = append(g.attachments, a)
		case before.state == removing:
			before.state, before.asSource = adding, a.asSource
			clear(before.registered)
		}
	}
	g.poke(0)
	return nil
}

func (g *group) attachment(k kind, id string) *attachment {
	for _, a := range g.attachments {
		if a.kind == k && a.id == id {
			return a
		}
	}
	return nil
}

// detachAll begins the end of attachments. Each goes only by the call of the
// kind that attached it.
func (s *Scaling) detachAll(name *string, k kind, asSource bool, ids []string) error {
	g, err := s.find(name)
	if err != nil {
		return err
	}
	if len(ids) == 0 || len(ids) > attachmentsOfCall {
		return wire.Invalid("One call detaches 1 to %d; %d were given", attachmentsOfCall, len(ids))
	}
	var all []*attachment
	for _, id := range ids {
		a := g.attachment(k, id)
		switch {
		case a == nil || a.asSource != asSource:
			what := "Load Balancers"
			if k == targetGroup {
				what = "Target Groups"
			}
			if asSource {
				what = "Traffic Sources"
			}
			return wire.Invalid("Trying to remove %s that are not part of the group: %s", what, id)
		case a.state != removing:
			all = append(all, a)
		}
	}
	for _, a := range all {
		a.remove(g)
	}
	return nil
}

// AttachLoadBalancers puts a group behind Classic balancers.
func (s *Scaling) AttachLoadBalancers(_ context.Context, in *autoscaling.AttachLoadBalancersInput) (*autoscaling.AttachLoadBalancersOutput, error) {
	return &autoscaling.AttachLoadBalancersOutput{}, s.attachAll(in.AutoScalingGroupName, in.LoadBalancerNames, nil, nil)
}

// DetachLoadBalancers takes a group from behind Classic balancers.
func (s *Scaling) DetachLoadBalancers(_ context.Context, in *autoscaling.DetachLoadBalancersInput) (*autoscaling.DetachLoadBalancersOutput, error) {
	return &autoscaling.DetachLoadBalancersOutput{}, s.detachAll(in.AutoScalingGroupName, classic, false, in.LoadBalancerNames)
}

// AttachLoadBalancerTargetGroups registers a group's members in target groups.
func (s *Scaling) AttachLoadBalancerTargetGroups(_ context.Context, in *autoscaling.AttachLoadBalancerTargetGroupsInput) (*autoscaling.AttachLoadBalancerTargetGroupsOutput, error) {
	return &autoscaling.AttachLoadBalancerTargetGroupsOutput{}, s.attachAll(in.AutoScalingGroupName, nil, in.TargetGroupARNs, nil)
}

// DetachLoadBalancerTargetGroups takes a group's members out of target groups.
func (s *Scaling) DetachLoadBalancerTargetGroups(_ context.Context, in *autoscaling.DetachLoadBalancerTargetGroupsInput) (*autoscaling.DetachLoadBalancerTargetGroupsOutput, error) {
	return &autoscaling.DetachLoadBalancerTargetGroupsOutput{}, s.detachAll(in.AutoScalingGroupName, targetGroup, false, in.TargetGroupARNs)
}

// AttachTrafficSources attaches balancers of either kind.
func (s *Scaling) AttachTrafficSources(_ context.Context, in *autoscaling.AttachTrafficSourcesInput) (*autoscaling.AttachTrafficSourcesOutput, error) {
	return &autoscaling.AttachTrafficSourcesOutput{}, s.attachAll(in.AutoScalingGroupName, nil, nil, in.TrafficSources)
}

// DetachTrafficSources detaches what AttachTrafficSources attached.
func (s *Scaling) DetachTrafficSources(_ context.Context, in *autoscaling.DetachTrafficSourcesInput) (*autoscaling.DetachTrafficSourcesOutput, error) {
	for _, source := range in.TrafficSources {
		k, err := kindOf(source)
		if err == nil {
			err = s.detachAll(in.AutoScalingGroupName, k, true, []string{aws.ToString(source.Identifier)})
		}
		if err != nil {
			return nil, err
		}
	}
	return &autoscaling.DetachTrafficSourcesOutput{}, nil
}

// DescribeLoadBalancers lists the Classic balancers of a group.
func (s *Scaling) DescribeLoadBalancers(_ context.Context, in *autoscaling.DescribeLoadBalancersInput) (*autoscaling.DescribeLoadBalancersOutput, error) {
	page, next, err := s.attached(in.AutoScalingGroupName, in.NextToken, in.MaxRecords, func(a *attachment) bool { return a.kind == classic && !a.asSource })
	out := &autoscaling.DescribeLoadBalancersOutput{NextToken: next}
	for _, a := range page {
		out.LoadBalancers = append(out.LoadBalancers, types.LoadBalancerState{LoadBalancerName: &a.id, State: aws.String(a.state)})
	}
	return out, err
}

// DescribeLoadBalancerTargetGroups lists the target groups of a group.
func (s *Scaling) DescribeLoadBalancerTargetGroups(_ context.Context, in *autoscaling.DescribeLoadBalancerTargetGroupsInput) (*autoscaling.DescribeLoadBalancerTargetGroupsOutput, error) {
	page, next, err := s.attached(in.AutoScalingGroupName, in.NextToken, in.MaxRecords, func(a *attachment) bool { return a.kind == targetGroup && !a.asSource })
	out := &autoscaling.DescribeLoadBalancerTargetGroupsOutput{NextToken: next}
	for _, a := range page {
		out.LoadBalancerTargetGroups = append(out.LoadBalancerTargetGroups, types.LoadBalancerTargetGroupState{LoadBalancerTargetGroupARN: &a.id, State: aws.String(a.state)})
	}
	return out, err
}

// DescribeTrafficSources lists all that a group is attached to.
func (s *Scaling) DescribeTrafficSources(_ context.Context, in *autoscaling.DescribeTrafficSourcesInput) (*autoscaling.DescribeTrafficSourcesOutput, error) {
	wanted := aws.ToString(in.TrafficSourceType)
	page, next, err := s.attached(in.AutoScalingGroupName, in.NextToken, in.MaxRecords, func(a *attachment) bool { return wanted == "" || wanted == a.sourceType() })
	out := &autoscaling.DescribeTrafficSourcesOutput{NextToken: next}
	for _, a := range page {
		out.TrafficSources = append(out.TrafficSources, types.TrafficSourceState{
			Identifier: &a.id, Type: aws.String(a.sourceType()), State: aws.String(a.state),
		})
	}
	return out, err
}

func (s *Scaling) attached(name, token *string, most *int32, wanted func(*attachment) bool) ([]*attachment, *string, error) {
	g, err := s.find(name)
	if err != nil {
		return nil, nil, err
	}
	all := slices.DeleteFunc(slices.Clone(g.attachments), func(a *attachment) bool { return !wanted(a) })
	return wire.Page(all, token, most, 100)
}
