package release_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"gekko"
)

// warden holds gekko to its promises: it looks at the world itself after each
// call that may have changed something.
type warden struct {
	p       *trial
	live    gekko.Size // of the group that served when the release began
	serving int
	theirs  string // what there is that is not gekko's
	term    string // somebody else's lease
	broken  []string
	looks   int
}

// watch begins with what is there now, and adds some things that are not
// gekko's business.
func (p *trial) watch() *warden {
	p.t.Helper()
	p.furnish()
	k := &warden{p: p, theirs: p.strangers(p.rawGroups()), term: p.strangersTerm()}
	g, _ := p.fleet().Group(gekko.GroupName(first))
	k.live, k.serving = g.Size, g.Serving()
	return k
}

// furnish makes a group, a pool, an alarm and a parameter of somebody else.
func (p *trial) furnish() {
	p.t.Helper()
	ctx, theirs := p.t.Context(), aws.String("theirs-20260102-000000")
	_, err := autoscaling.NewFromConfig(p.raw()).CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: theirs, MinSize: aws.Int32(0), MaxSize: aws.Int32(0), AvailabilityZones: []string{"us-east-1a"},
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String(string(second))},
	})
	p.check(err)
	_, err = p.elbv2().CreateTargetGroup(ctx, &elasticloadbalancingv2.CreateTargetGroupInput{
		Name: aws.String("theirs"), Protocol: elbv2.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: p.vpc(),
	})
	p.check(err)
	_, err = p.metrics().PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("theirs"), Namespace: aws.String("AWS/EC2"), MetricName: aws.String("CPUUtilization"), Statistic: cwtypes.StatisticAverage,
		Period: aws.Int32(300), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(99), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
	})
	p.check(err)
	_, err = p.ssm().PutParameter(ctx, &ssm.PutParameterInput{Name: aws.String("/gekko/other/lease/1"), Value: aws.String("theirs"), Type: ssmtypes.ParameterTypeString})
	p.check(err)
}

// strangers is what is not gekko's, in words.
func (p *trial) strangers(groups []astypes.AutoScalingGroup) string {
	p.t.Helper()
	ctx := p.t.Context()
	var all []string
	for _, g := range groups {
		if strings.HasPrefix(*g.AutoScalingGroupName, "theirs") {
			all = append(all, fmt.Sprint(*g.MinSize, *g.MaxSize, *g.DesiredCapacity, g.TargetGroupARNs, g.LoadBalancerNames, len(g.Tags)))
		}
	}
	pools, err := p.elbv2().DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{Names: []string{"theirs"}})
	p.check(err)
	all = append(all, fmt.Sprint(pools.TargetGroups[0].LoadBalancerArns))
	alarms, err := p.metrics().DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"theirs"}})
	p.check(err)
	all = append(all, fmt.Sprint(len(alarms.MetricAlarms)))
	return strings.Join(all, "; ")
}

func (p *trial) strangersTerm() string {
	p.t.Helper()
	x, err := p.ssm().GetParameter(p.t.Context(), &ssm.GetParameterInput{Name: aws.String("/gekko/other/lease/1")})
	p.check(err)
	return *x.Parameter.Value
}

// look holds the world after a call to the promises.
func (k *warden) look(op string) {
	k.looks++
	breaks := func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		k.broken = append(k.broken, text)
		k.p.note("PROMISE BROKEN after %s: %s", op, text)
	}
	if strings.Contains(op, "Parameter") { // which nothing else depends on
		if now := k.p.strangersTerm(); now != k.term {
			breaks("somebody else's lease changed from %s to %s", k.term, now)
		}
		return
	}
	groups := k.p.rawGroups()
	if now := k.p.strangers(groups); now != k.theirs {
		breaks("what is not gekko's changed from %s to %s", k.theirs, now)
	}
	find := func(name gekko.SnapshotName) (astypes.AutoScalingGroup, bool) {
		i := slices.IndexFunc(groups, func(g astypes.AutoScalingGroup) bool { return *g.AutoScalingGroupName == string(name) })
		if i < 0 {
			return astypes.AutoScalingGroup{}, false
		}
		return groups[i], true
	}
	old, there := find(first)
	fresh, brings := find(second)
	phase := phaseOf(fresh)
	retiring := brings && (phase == gekko.Retiring || phase == "")
	switch {
	case !there && !retiring:
		breaks("the old group is gone in phase %q", phase)
	case there && !retiring && int(*old.DesiredCapacity) < k.live.Desired:
		breaks("the old group was shrunk to %d in phase %q", *old.DesiredCapacity, phase)
	case there && int(*old.MinSize) != k.live.Min && !retiring && tagOf(old, "gekko:undo") == "":
		breaks("the old group's minimum is %d, and nothing says what it was", *old.MinSize)
	}
	if k.p.on.Weighted() && strings.HasPrefix(op, "Modify") {
		k.lookAtShares(strings.Contains(tagOf(fresh, "gekko:release"), "by=collapse"), breaks)
	}
}

// lookAtShares holds that requests go only where they can be answered; when one
// group collapsed and the other was going, to whatever can.
func (k *warden) lookAtShares(collapsed bool, breaks func(string, ...any)) {
	for arn, share := range k.p.shareByPool() {
		if share == 0 {
			continue
		}
		out, err := k.p.elbv2().DescribeTargetHealth(k.p.t.Context(), &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: &arn})
		k.p.check(err)
		healthy := 0
		for _, d := range out.TargetHealthDescriptions {
			if d.TargetHealth.State == elbv2.TargetHealthStateEnumHealthy {
				healthy++
			}
		}
		need := 1
		if k.p.targetless {
			need = 0
		}
		if share == 1 && !collapsed {
			need = k.serving
		}
		if healthy+k.p.deaths(5*time.Minute) < need {
			breaks("%.0f %% of the requests go to %d healthy instances of %s, %d are needed", 100*share, healthy, arn, need)
		}
	}
}

// phaseOf is how far the release says that it is; empty: it has none.
func phaseOf(g astypes.AutoScalingGroup) gekko.Phase {
	_, said, _ := strings.Cut(tagOf(g, "gekko:release"), "phase=")
	phase, _, _ := strings.Cut(said, " ")
	return gekko.Phase(phase)
}

func tagOf(g astypes.AutoScalingGroup, key string) string {
	for _, t := range g.Tags {
		if *t.Key == key {
			return aws.ToString(t.Value)
		}
	}
	return ""
}
