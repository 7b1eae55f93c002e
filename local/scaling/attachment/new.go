package attachment

import (
	"context"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/wire"
)

// Wanted names what a group is to stand behind, in the three ways that a
// request can.
type Wanted struct {
	Balancers    []string // Classic ones, by name
	TargetGroups []string // by ARN
	Sources      []types.TrafficSourceIdentifier
}

// New makes the attachments of a group, if all that is wanted is there.
func New(b Balancers, log *slog.Logger, w Wanted) ([]*Attachment, error) {
	var all []*Attachment
	add := func(k Kind, id string, asSource bool) {
		all = append(all, &Attachment{Kind: k, ID: id, AsSource: asSource, balancers: b, log: log, state: adding, registered: map[string]bool{}})
	}
	for _, name := range w.Balancers {
		add(Classic, name, false)
	}
	for _, arn := range w.TargetGroups {
		add(TargetGroup, arn, false)
	}
	for _, source := range w.Sources {
		k, err := KindOf(source)
		if err != nil {
			return nil, err
		}
		add(k, aws.ToString(source.Identifier), true)
	}
	for _, a := range all {
		if err := a.there(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// KindOf tells what a traffic source is.
func KindOf(source types.TrafficSourceIdentifier) (Kind, error) {
	switch aws.ToString(source.Type) {
	case "elb":
		return Classic, nil
	case "elbv2":
		return TargetGroup, nil
	case "":
		if len(aws.ToString(source.Identifier)) > 4 && (*source.Identifier)[:4] == "arn:" {
			return TargetGroup, nil
		}
		return Classic, nil
	case "vpc-lattice":
		return 0, wire.Errorf("UnsupportedOperation", "Traffic sources of the type vpc-lattice are not supported here.")
	}
	return 0, wire.Invalid("The traffic source type %s is not valid: use elb or elbv2", *source.Type)
}

// there refuses what is to be attached if it does not exist, or cannot be.
func (a *Attachment) there() error {
	ctx := context.Background()
	if a.Kind == Classic {
		out, err := a.balancers.DescribeLoadBalancersClassic(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerNames: []string{a.ID}})
		if err != nil || len(out.LoadBalancerDescriptions) == 0 {
			return wire.Invalid("Provided Load Balancers may not be valid. Please ensure they exist and try again.")
		}
		return nil
	}
	out, err := a.balancers.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{TargetGroupArns: []string{a.ID}})
	if err != nil || len(out.TargetGroups) == 0 {
		return wire.Invalid("Provided Target Groups may not be valid. Please ensure they exist and try again.")
	}
	if t := out.TargetGroups[0].TargetType; t != "" && t != elbv2types.TargetTypeEnumInstance {
		return wire.Invalid("Provided Target Groups have the target type %s; a group attaches to the type instance.", t)
	}
	return nil
}
