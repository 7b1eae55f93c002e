package application

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/balancing/account"
	"gekko/local/balancing/tags"
	"gekko/local/traffic"
	"gekko/local/wire"
)

const groupsEach = 3000 // of an account

// targetGroup is a set of targets with the way in which they are checked.
type targetGroup struct {
	b          *Application
	arn, name  string
	vpc        string
	port       int
	kind       types.TargetTypeEnum
	check      groupCheck
	codes      string         // of which isGood was made
	isGood     func(int) bool // what a check may be answered with
	attributes attributes
	tags       tags.Tags
	balancer   *loadBalancer // that routes to it; nil: it is not in use
	targets    []*target     // in the order of their registration
	pool       *traffic.Pool
}

// CreateTargetGroup makes a target group of HTTP targets. Asked for again with
// the same settings it gives the one that is there.
func (b *Application) CreateTargetGroup(_ context.Context, in *elbv2.CreateTargetGroupInput) (*elbv2.CreateTargetGroupOutput, error) {
	name := aws.ToString(in.Name)
	if err := account.CheckName("target group", name); err != nil {
		return nil, err
	}
	g, err := b.newGroup(in)
	if err != nil {
		return nil, err
	}
	if g.tags, err = tags.Tags(nil).With(pairs(in.Tags)); err != nil {
		return nil, err
	}
	if old := b.groupNamed(name); old != nil {
		if old.vpc != g.vpc || old.port != g.port || old.kind != g.kind || old.check != g.check || !maps.Equal(old.tags, g.tags) {
			return nil, wire.Errorf("DuplicateTargetGroupName", "A target group with the same name '%s' exists, but with different settings", name)
		}
		return &elbv2.CreateTargetGroupOutput{TargetGroups: []types.TargetGroup{old.describe()}}, nil
	}
	if len(b.groups) >= groupsEach {
		return nil, wire.Errorf("TooManyTargetGroups", "The maximum number of target groups has been reached")
	}
	id := "targetgroup/" + name + "/" + account.NewID()
	g.arn, g.pool = b.account.ARN(id), traffic.NewPool(id)
	b.groups[g.arn] = g
	return &elbv2.CreateTargetGroupOutput{TargetGroups: []types.TargetGroup{g.describe()}}, nil
}

// newGroup reads what a target group shall be.
func (b *Application) newGroup(in *elbv2.CreateTargetGroupInput) (*targetGroup, error) {
	g := &targetGroup{b: b, name: aws.ToString(in.Name), vpc: aws.ToString(in.VpcId), kind: in.TargetType, check: newGroupCheck(), attributes: make(attributes)}
	switch g.kind {
	case "":
		g.kind = types.TargetTypeEnumInstance
	case types.TargetTypeEnumInstance, types.TargetTypeEnumIp:
	default:
		return nil, wire.Errorf("UnsupportedOperation", "target groups of type %s are not supported here: ask for instance or ip", in.TargetType)
	}
	if in.Protocol != types.ProtocolEnumHttp {
		if in.Protocol == "" {
			return nil, wire.Invalid("A protocol must be specified")
		}
		return nil, wire.Errorf("UnsupportedOperation", "target groups of protocol %s are not supported here: ask for HTTP", in.Protocol)
	}
	if v := aws.ToString(in.ProtocolVersion); v != "" && v != "HTTP1" {
		return nil, wire.Errorf("UnsupportedOperation", "the protocol version %s is not supported here: ask for HTTP1", v)
	}
	if in.IpAddressType != "" && in.IpAddressType != types.TargetGroupIpAddressTypeEnumIpv4 {
		return nil, wire.Errorf("UnsupportedOperation", "the IP address type %s is not supported here: ask for ipv4", in.IpAddressType)
	}
	if in.Port == nil {
		return nil, wire.Invalid("A port must be specified")
	}
	if *in.Port < 1 || *in.Port > 65535 {
		return nil, wire.Invalid("'%d' is not a valid port: it must be between 1 and 65535", *in.Port)
	}
	if g.vpc == "" {
		return nil, wire.Invalid("A VPC ID must be specified")
	}
	g.port = int(*in.Port)
	err := g.check.change(checkChange{
		in.HealthCheckEnabled, in.HealthCheckProtocol, in.HealthCheckPort, in.HealthCheckPath, in.HealthCheckIntervalSeconds,
		in.HealthCheckTimeoutSeconds, in.HealthyThresholdCount, in.UnhealthyThresholdCount, in.Matcher,
	})
	return g, err
}

// ModifyTargetGroup changes how a group's targets are checked.
func (b *Application) ModifyTargetGroup(_ context.Context, in *elbv2.ModifyTargetGroupInput) (*elbv2.ModifyTargetGroupOutput, error) {
	g, err := b.group(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	check := g.check
	err = check.change(checkChange{
		in.HealthCheckEnabled, in.HealthCheckProtocol, in.HealthCheckPort, in.HealthCheckPath, in.HealthCheckIntervalSeconds,
		in.HealthCheckTimeoutSeconds, in.HealthyThresholdCount, in.UnhealthyThresholdCount, in.Matcher,
	})
	if err != nil {
		return nil, err
	}
	g.check = check
	for _, t := range g.targets {
		t.recheck()
	}
	return &elbv2.ModifyTargetGroupOutput{TargetGroups: []types.TargetGroup{g.describe()}}, nil
}

// DeleteTargetGroup removes a group that no listener and no rule uses. One that
// is not there is gone already.
func (b *Application) DeleteTargetGroup(_ context.Context, in *elbv2.DeleteTargetGroupInput) (*elbv2.DeleteTargetGroupOutput, error) {
	g := b.groups[aws.ToString(in.TargetGroupArn)]
	if g == nil {
		return &elbv2.DeleteTargetGroupOutput{}, nil
	}
	if g.balancer != nil {
		return nil, wire.Errorf("ResourceInUse", "Target group '%s' is currently in use by a listener or a rule", g.arn)
	}
	g.dissolve()
	delete(b.groups, g.arn)
	return &elbv2.DeleteTargetGroupOutput{}, nil
}

// DescribeTargetGroups tells of all groups, of those named, or of a balancer's.
func (b *Application) DescribeTargetGroups(_ context.Context, in *elbv2.DescribeTargetGroupsInput) (*elbv2.DescribeTargetGroupsOutput, error) {
	var found []*targetGroup
	for _, arn := range in.TargetGroupArns {
		g := b.groups[arn]
		if g == nil {
			return nil, wire.Errorf("TargetGroupNotFound", "One or more target groups not found")
		}
		found = append(found, g)
	}
	for _, name := range in.Names {
		g := b.groupNamed(name)
		if g == nil {
			return nil, wire.Errorf("TargetGroupNotFound", "One or more target groups not found")
		}
		found = append(found, g)
	}
	if len(in.TargetGroupArns)+len(in.Names) == 0 {
		found = slices.SortedFunc(maps.Values(b.groups), func(x, y *targetGroup) int { return strings.Compare(x.arn, y.arn) })
	}
	if in.LoadBalancerArn != nil {
		lb, err := b.balancer(in.LoadBalancerArn)
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(g *targetGroup) bool { return g.balancer != lb })
	}
	page, next, err := wire.Page(found, in.Marker, in.PageSize, 400)
	if err != nil {
		return nil, err
	}
	out := &elbv2.DescribeTargetGroupsOutput{NextMarker: next, TargetGroups: []types.TargetGroup{}}
	for _, g := range page {
		out.TargetGroups = append(out.TargetGroups, g.describe())
	}
	return out, nil
}

func (b *Application) groupNamed(name string) *targetGroup {
	for _, g := range b.groups {
		if g.name == name {
			return g
		}
	}
	return nil
}

// good tells codes that a check may be answered with.
func (g *targetGroup) good() func(int) bool {
	if g.isGood == nil || g.codes != g.check.codes {
		g.codes = g.check.codes
		g.isGood, _ = parseCodes(g.codes) // it could be read when it was set
	}
	return g.isGood
}

// group finds a target group by its ARN.
func (b *Application) group(arn *string) (*targetGroup, error) {
	g := b.groups[aws.ToString(arn)]
	if g == nil {
		return nil, wire.Errorf("TargetGroupNotFound", "Target groups '[%s]' not found", aws.ToString(arn))
	}
	return g, nil
}

func (g *targetGroup) describe() types.TargetGroup {
	out := types.TargetGroup{
		IpAddressType:    types.TargetGroupIpAddressTypeEnumIpv4,
		LoadBalancerArns: []string{},
		Port:             aws.Int32(int32(g.port)),
		Protocol:         types.ProtocolEnumHttp,
		ProtocolVersion:  aws.String("HTTP1"),
		TargetGroupArn:   aws.String(g.arn),
		TargetGroupName:  aws.String(g.name),
		TargetType:       g.kind,
		VpcId:            aws.String(g.vpc),
	}
	if g.balancer != nil {
		out.LoadBalancerArns = append(out.LoadBalancerArns, g.balancer.arn)
	}
	g.check.describe(&out)
	return out
}

// ModifyTargetGroupAttributes changes settings of a group: all that are asked for, or none.
func (b *Application) ModifyTargetGroupAttributes(_ context.Context, in *elbv2.ModifyTargetGroupAttributesInput) (*elbv2.ModifyTargetGroupAttributesOutput, error) {
	g, err := b.group(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	set := maps.Clone(g.attributes)
	for _, a := range in.Attributes {
		if err := set.set("Target group", groupAttributes(), aws.ToString(a.Key), aws.ToString(a.Value)); err != nil {
			return nil, err
		}
	}
	g.attributes = set
	g.settle()
	return &elbv2.ModifyTargetGroupAttributesOutput{Attributes: g.describeAttributes()}, nil
}

// DescribeTargetGroupAttributes tells a group's settings.
func (b *Application) DescribeTargetGroupAttributes(_ context.Context, in *elbv2.DescribeTargetGroupAttributesInput) (*elbv2.DescribeTargetGroupAttributesOutput, error) {
	g, err := b.group(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeTargetGroupAttributesOutput{Attributes: g.describeAttributes()}, nil
}

func (g *targetGroup) describeAttributes() []types.TargetGroupAttribute {
	var out []types.TargetGroupAttribute
	for _, a := range groupAttributes() {
		out = append(out, types.TargetGroupAttribute{Key: aws.String(a.key), Value: aws.String(g.attributes.get(groupAttributes(), a.key))})
	}
	return out
}
