package scaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/scaling/attachment"
	"gekko/local/wire"
)

// attachmentsOfCall is how many one call may attach or detach.
const attachmentsOfCall = 10

func (g *group) newAttachments(w attachment.Wanted) ([]*attachment.Attachment, error) {
	return attachment.New(g.s.o.Balancers, g.s.o.Log.With("group", g.name), w)
}

// attachAll adds attachments to a group; those it has already stay as they are.
func (s *Scaling) attachAll(name *string, w attachment.Wanted) error {
	g, err := s.find(name)
	if err != nil {
		return err
	}
	wanted, err := g.newAttachments(w)
	if err != nil {
		return err
	}
	if len(wanted) == 0 || len(wanted) > attachmentsOfCall {
		return wire.Invalid("One call attaches 1 to %d; %d were given", attachmentsOfCall, len(wanted))
	}
	for _, a := range wanted {
		before := g.attachment(a.Kind, a.ID)
		switch {
		case before == nil:
			g.attachments = append(g.attachments, a)
		case before.Leaving():
			before.Revive(a.AsSource)
		}
	}
	g.poke(0)
	return nil
}

func (g *group) attachment(k attachment.Kind, id string) *attachment.Attachment {
	for _, a := range g.attachments {
		if a.Kind == k && a.ID == id {
			return a
		}
	}
	return nil
}

// detachAll begins the end of attachments. Each goes only by the call of the
// kind that attached it.
func (s *Scaling) detachAll(name *string, k attachment.Kind, asSource bool, ids []string) error {
	g, err := s.find(name)
	if err != nil {
		return err
	}
	if len(ids) == 0 || len(ids) > attachmentsOfCall {
		return wire.Invalid("One call detaches 1 to %d; %d were given", attachmentsOfCall, len(ids))
	}
	var all []*attachment.Attachment
	for _, id := range ids {
		a := g.attachment(k, id)
		switch {
		case a == nil || a.AsSource != asSource:
			what := "Load Balancers"
			if k == attachment.TargetGroup {
				what = "Target Groups"
			}
			if asSource {
				what = "Traffic Sources"
			}
			return wire.Invalid("Trying to remove %s that are not part of the group: %s", what, id)
		case !a.Leaving():
			all = append(all, a)
		}
	}
	for _, a := range all {
		a.Remove()
		g.poke(0)
	}
	return nil
}

// AttachLoadBalancers puts a group behind Classic balancers.
func (s *Scaling) AttachLoadBalancers(_ context.Context, in *autoscaling.AttachLoadBalancersInput) (*autoscaling.AttachLoadBalancersOutput, error) {
	return &autoscaling.AttachLoadBalancersOutput{}, s.attachAll(in.AutoScalingGroupName, attachment.Wanted{Balancers: in.LoadBalancerNames})
}

// DetachLoadBalancers takes a group from behind Classic balancers.
func (s *Scaling) DetachLoadBalancers(_ context.Context, in *autoscaling.DetachLoadBalancersInput) (*autoscaling.DetachLoadBalancersOutput, error) {
	return &autoscaling.DetachLoadBalancersOutput{}, s.detachAll(in.AutoScalingGroupName, attachment.Classic, false, in.LoadBalancerNames)
}

// AttachLoadBalancerTargetGroups registers a group's members in target groups.
func (s *Scaling) AttachLoadBalancerTargetGroups(_ context.Context, in *autoscaling.AttachLoadBalancerTargetGroupsInput) (*autoscaling.AttachLoadBalancerTargetGroupsOutput, error) {
	return &autoscaling.AttachLoadBalancerTargetGroupsOutput{}, s.attachAll(in.AutoScalingGroupName, attachment.Wanted{TargetGroups: in.TargetGroupARNs})
}

// DetachLoadBalancerTargetGroups takes a group's members out of target groups.
func (s *Scaling) DetachLoadBalancerTargetGroups(_ context.Context, in *autoscaling.DetachLoadBalancerTargetGroupsInput) (*autoscaling.DetachLoadBalancerTargetGroupsOutput, error) {
	return &autoscaling.DetachLoadBalancerTargetGroupsOutput{}, s.detachAll(in.AutoScalingGroupName, attachment.TargetGroup, false, in.TargetGroupARNs)
}

// AttachTrafficSources attaches balancers of either kind.
func (s *Scaling) AttachTrafficSources(_ context.Context, in *autoscaling.AttachTrafficSourcesInput) (*autoscaling.AttachTrafficSourcesOutput, error) {
	return &autoscaling.AttachTrafficSourcesOutput{}, s.attachAll(in.AutoScalingGroupName, attachment.Wanted{Sources: in.TrafficSources})
}

// DetachTrafficSources detaches what AttachTrafficSources attached.
func (s *Scaling) DetachTrafficSources(_ context.Context, in *autoscaling.DetachTrafficSourcesInput) (*autoscaling.DetachTrafficSourcesOutput, error) {
	for _, source := range in.TrafficSources {
		k, err := attachment.KindOf(source)
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
	page, next, err := s.attached(in.AutoScalingGroupName, in.NextToken, in.MaxRecords, func(a *attachment.Attachment) bool { return a.Kind == attachment.Classic && !a.AsSource })
	out := &autoscaling.DescribeLoadBalancersOutput{NextToken: next}
	for _, a := range page {
		out.LoadBalancers = append(out.LoadBalancers, types.LoadBalancerState{LoadBalancerName: &a.ID, State: aws.String(a.State())})
	}
	return out, err
}

// DescribeLoadBalancerTargetGroups lists the target groups of a group.
func (s *Scaling) DescribeLoadBalancerTargetGroups(_ context.Context, in *autoscaling.DescribeLoadBalancerTargetGroupsInput) (*autoscaling.DescribeLoadBalancerTargetGroupsOutput, error) {
	page, next, err := s.attached(in.AutoScalingGroupName, in.NextToken, in.MaxRecords, func(a *attachment.Attachment) bool { return a.Kind == attachment.TargetGroup && !a.AsSource })
	out := &autoscaling.DescribeLoadBalancerTargetGroupsOutput{NextToken: next}
	for _, a := range page {
		out.LoadBalancerTargetGroups = append(out.LoadBalancerTargetGroups, types.LoadBalancerTargetGroupState{LoadBalancerTargetGroupARN: &a.ID, State: aws.String(a.State())})
	}
	return out, err
}

// DescribeTrafficSources lists all that a group is attached to.
func (s *Scaling) DescribeTrafficSources(_ context.Context, in *autoscaling.DescribeTrafficSourcesInput) (*autoscaling.DescribeTrafficSourcesOutput, error) {
	wanted := aws.ToString(in.TrafficSourceType)
	page, next, err := s.attached(in.AutoScalingGroupName, in.NextToken, in.MaxRecords, func(a *attachment.Attachment) bool { return wanted == "" || wanted == a.SourceType() })
	out := &autoscaling.DescribeTrafficSourcesOutput{NextToken: next}
	for _, a := range page {
		out.TrafficSources = append(out.TrafficSources, types.TrafficSourceState{
			Identifier: &a.ID, Type: aws.String(a.SourceType()), State: aws.String(a.State()),
		})
	}
	return out, err
}

func (s *Scaling) attached(name, token *string, most *int32, wanted func(*attachment.Attachment) bool) ([]*attachment.Attachment, *string, error) {
	g, err := s.find(name)
	if err != nil {
		return nil, nil, err
	}
	all := slices.DeleteFunc(slices.Clone(g.attachments), func(a *attachment.Attachment) bool { return !wanted(a) })
	return wire.Page(all, token, most, 100)
}
