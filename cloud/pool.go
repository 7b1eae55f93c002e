package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// defaultDrain is a target group's deregistration delay unless it is set
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html).
const defaultDrain = 300 * time.Second

// MakePool makes the target group of a snapshot's group, of the same name. It
// is like the live one, if there is one, in health check and attributes; an
// app's first one is like whatever else the rules send to.
func (c *Cloud) MakePool(ctx context.Context, f gekko.Fleet, s gekko.Snapshot) error {
	name := string(s.Name)
	live, hasLive := model(slices.DeleteFunc(slices.Clone(f.Pools), func(p gekko.Pool) bool { return p.Name == name }))
	raw, err := c.targetGroup(ctx, name)
	if errors.Is(err, gekko.ErrNotFound) {
		in, why := c.poolLike(ctx, f, s, live)
		if why != nil {
			return why
		}
		out, why := c.elbv2.CreateTargetGroup(ctx, in)
		if why != nil {
			return answer.Named("target group "+name, why)
		}
		raw, err = out.TargetGroups[0], nil
	}
	if err != nil || !hasLive {
		return err
	}
	return c.copyAttributes(ctx, live.ID, aws.ToString(raw.TargetGroupArn))
}

// poolLike describes the target group to make.
func (c *Cloud) poolLike(ctx context.Context, f gekko.Fleet, s gekko.Snapshot, live gekko.Pool) (*elasticloadbalancingv2.CreateTargetGroupInput, error) {
	in := &elasticloadbalancingv2.CreateTargetGroupInput{
		Name: aws.String(string(s.Name)), TargetType: types.TargetTypeEnumInstance,
		Tags: []types.Tag{
			{Key: aws.String(tag.App), Value: aws.String(string(f.App))},
			{Key: aws.String(tag.Snapshot), Value: aws.String(string(s.Name))},
		},
	}
	if live.ID == "" {
		lb, err := c.describeALB(ctx, f.ID)
		if err != nil {
			return nil, err
		}
		if s.Port == 0 {
			return nil, fmt.Errorf("target group %s: %w: neither a live one nor the snapshot says on which port the service listens", s.Name, gekko.ErrInvalid)
		}
		in.VpcId = lb.VpcId
		in.Protocol, in.Port = types.ProtocolEnumHttp, aws.Int32(int32(s.Port))
		in.HealthCheckPath = aws.String(cmp.Or(s.HealthPath, "/"))
		in.HealthCheckIntervalSeconds, in.HealthCheckTimeoutSeconds = aws.Int32(10), aws.Int32(5)
		in.HealthyThresholdCount, in.UnhealthyThresholdCount = aws.Int32(2), aws.Int32(2)
		return in, nil
	}
	out, err := c.elbv2.DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{TargetGroupArns: []string{live.ID}})
	if err != nil {
		return nil, answer.Named("target group "+live.Name, err)
	}
	t := out.TargetGroups[0]
	in.VpcId, in.Protocol, in.ProtocolVersion, in.Port = t.VpcId, t.Protocol, t.ProtocolVersion, t.Port
	in.HealthCheckEnabled = t.HealthCheckEnabled
	in.HealthCheckProtocol, in.HealthCheckPort, in.HealthCheckPath = t.HealthCheckProtocol, t.HealthCheckPort, t.HealthCheckPath
	in.HealthCheckIntervalSeconds, in.HealthCheckTimeoutSeconds = t.HealthCheckIntervalSeconds, t.HealthCheckTimeoutSeconds
	in.HealthyThresholdCount, in.UnhealthyThresholdCount = t.HealthyThresholdCount, t.UnhealthyThresholdCount
	in.Matcher, in.IpAddressType = t.Matcher, t.IpAddressType
	// A new version may listen elsewhere, and tell its health elsewhere.
	if s.Port != 0 {
		in.Port = aws.Int32(int32(s.Port))
	}
	if s.HealthPath != "" {
		in.HealthCheckPath = aws.String(s.HealthPath)
	}
	return in, nil
}

func (c *Cloud) copyAttributes(ctx context.Context, from, to string) error {
	out, err := c.elbv2.DescribeTargetGroupAttributes(ctx, &elasticloadbalancingv2.DescribeTargetGroupAttributesInput{TargetGroupArn: &from})
	if err != nil {
		return answer.Named("target group "+poolName(from), err)
	}
	_, err = c.elbv2.ModifyTargetGroupAttributes(ctx, &elasticloadbalancingv2.ModifyTargetGroupAttributesInput{TargetGroupArn: &to, Attributes: out.Attributes})
	c.habits.Delete(to)
	if err != nil {
		return answer.Named("target group "+poolName(to), err)
	}
	return nil
}

// habit is what a pool's attributes said, and when.
type habit struct {
	drain, sticky time.Duration
	at            time.Time
}

// habitAge is how long the attributes of a pool are not asked for again. Whoever
// changes them has to wait that long before a drain begins that they are for.
const habitAge = 5 * time.Minute

// poolHabits are how long a pool lets requests finish, and how long it keeps a
// client to one instance.
func (c *Cloud) poolHabits(ctx context.Context, arn string) (drain, sticky time.Duration, err error) {
	if known, ok := c.habits.Load(arn); ok {
		if h := known.(habit); time.Since(h.at) < habitAge {
			return h.drain, h.sticky, nil
		}
	}
	at := time.Now()
	drain, sticky, err = c.poolAttributes(ctx, arn)
	if err == nil {
		c.habits.Store(arn, habit{drain, sticky, at})
	}
	return drain, sticky, err
}

func (c *Cloud) poolAttributes(ctx context.Context, arn string) (drain, sticky time.Duration, err error) {
	out, err := c.elbv2.DescribeTargetGroupAttributes(ctx, &elasticloadbalancingv2.DescribeTargetGroupAttributesInput{TargetGroupArn: &arn})
	if err != nil {
		return 0, 0, answer.Named("target group "+poolName(arn), err)
	}
	values := map[string]string{}
	for _, a := range out.Attributes {
		values[aws.ToString(a.Key)] = aws.ToString(a.Value)
	}
	drain = defaultDrain
	if v, ok := values["deregistration_delay.timeout_seconds"]; ok {
		drain = seconds(v)
	}
	if values["stickiness.enabled"] == "true" {
		sticky = max(seconds(values["stickiness."+values["stickiness.type"]+".duration_seconds"]), time.Second)
	}
	return drain, sticky, nil
}

func seconds(s string) time.Duration {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// targetGroup is an ErrNotFound for a name that none bears.
func (c *Cloud) targetGroup(ctx context.Context, name string) (types.TargetGroup, error) {
	out, err := c.elbv2.DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{Names: []string{name}})
	if err != nil {
		return types.TargetGroup{}, answer.Named("target group "+name, err)
	}
	if len(out.TargetGroups) == 0 {
		return types.TargetGroup{}, answer.Named("target group "+name, gekko.ErrNotFound)
	}
	return out.TargetGroups[0], nil
}

// RemovePool removes a target group that bears the app's tag and that no rule
// sends to. One without the tag is not gekko's and stays.
func (c *Cloud) RemovePool(ctx context.Context, app gekko.AppName, pool string) error {
	raw, err := c.targetGroup(ctx, pool)
	if errors.Is(err, gekko.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	arn := aws.ToString(raw.TargetGroupArn)
	tags, err := c.balancerTags(ctx, []string{arn})
	if err != nil {
		return err
	}
	if tags[arn][tag.App] != string(app) {
		return nil
	}
	_, err = c.elbv2.DeleteTargetGroup(ctx, &elasticloadbalancingv2.DeleteTargetGroupInput{TargetGroupArn: &arn})
	if err != nil && !errors.Is(answer.Kind(err), gekko.ErrNotFound) {
		return answer.Named("target group "+pool, err)
	}
	return nil
}

// LonelyPools are the app's target groups that no rule sends to.
func (c *Cloud) LonelyPools(ctx context.Context, app gekko.AppName) ([]gekko.Pool, error) {
	var lonely []gekko.Pool
	pages := elasticloadbalancingv2.NewDescribeTargetGroupsPaginator(c.elbv2, &elasticloadbalancingv2.DescribeTargetGroupsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, answer.Named("target groups", err)
		}
		for _, t := range page.TargetGroups {
			name := aws.ToString(t.TargetGroupName)
			if gekko.SnapshotName(name).App() == app && len(t.LoadBalancerArns) == 0 {
				lonely = append(lonely, gekko.Pool{Name: name, ID: aws.ToString(t.TargetGroupArn)})
			}
		}
	}
	var arns []string
	for _, p := range lonely {
		arns = append(arns, p.ID)
	}
	tags, err := c.balancerTags(ctx, arns)
	if err != nil {
		return nil, err
	}
	for i, p := range lonely {
		lonely[i].App = gekko.AppName(tags[p.ID][tag.App])
	}
	return slices.DeleteFunc(lonely, func(p gekko.Pool) bool { return p.App != app }), nil
}

// balancerTags reads the tags of target groups, 20 a call as AWS allows.
func (c *Cloud) balancerTags(ctx context.Context, arns []string) (map[string]map[string]string, error) {
	tags := map[string]map[string]string{}
	for some := range slices.Chunk(arns, 20) {
		out, err := c.elbv2.DescribeTags(ctx, &elasticloadbalancingv2.DescribeTagsInput{ResourceArns: some})
		if err != nil {
			return nil, answer.Named("tags of target groups", err)
		}
		for _, d := range out.TagDescriptions {
			of := map[string]string{}
			for _, t := range d.Tags {
				of[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
			tags[aws.ToString(d.ResourceArn)] = of
		}
	}
	return tags, nil
}
