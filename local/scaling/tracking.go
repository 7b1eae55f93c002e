package scaling

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"gekko/local/metrics"
	"gekko/local/scaling/account"
	"gekko/local/scaling/attachment"
	"gekko/local/scaling/policy"
)

// track makes or renews the two alarms of a target tracking policy.
func (g *group) track(p *types.ScalingPolicy) error {
	high, low, err := policy.Alarms(p.TargetTrackingConfiguration, g.name, g.servesIn)
	if err != nil {
		return err
	}
	g.s.dropAlarms(p)
	p.Alarms = nil
	if err := g.s.putAlarm(p, "AlarmHigh", high); err != nil || low == nil {
		return err
	}
	return g.s.putAlarm(p, "AlarmLow", low)
}

// servesIn tells whether a target group is attached, by the end of its ARN.
func (g *group) servesIn(targetGroup string) bool {
	return slices.ContainsFunc(g.attachments, func(a *attachment.Attachment) bool {
		return a.Kind == attachment.TargetGroup && !a.Leaving() && strings.HasSuffix(a.ID, ":"+targetGroup)
	})
}

func (s *Scaling) putAlarm(p *types.ScalingPolicy, which string, in *cloudwatch.PutMetricAlarmInput) error {
	in.AlarmName = aws.String("TargetTracking-" + *p.AutoScalingGroupName + "-" + which + "-" + account.UUID())
	in.AlarmDescription = aws.String("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + *p.PolicyARN + ".")
	in.AlarmActions = []string{*p.PolicyARN}
	if _, err := s.o.Metrics.PutMetricAlarm(context.Background(), in); err != nil {
		return err
	}
	arn := "arn:aws:cloudwatch:" + s.o.Region + ":" + s.o.Account + ":alarm:" + *in.AlarmName
	p.Alarms = append(p.Alarms, types.Alarm{AlarmName: in.AlarmName, AlarmARN: &arn})
	return nil
}

// dropAlarms deletes a policy's alarms; one that was deleted by hand is no
// error.
func (s *Scaling) dropAlarms(p *types.ScalingPolicy) {
	for _, a := range p.Alarms {
		_, _ = s.o.Metrics.DeleteAlarms(context.Background(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{*a.AlarmName}})
	}
}

// followTarget sizes the group for its metric to be at the target. It shrinks
// once in a warm-up.
func (g *group) followTarget(p *policy.Policy, a metrics.Action, why string) {
	if !a.Known {
		return
	}
	wanted := p.Follow(a.Value, strings.Contains(aws.ToString(a.Alarm.AlarmName), "-AlarmHigh-"), g.size(p))
	if wanted < g.desired {
		if time.Now().Before(p.CalmUntil) {
			return
		}
		p.CalmUntil = time.Now().Add(g.warmupOf(p))
	}
	g.want(wanted, why)
}
