package cloudtest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gekko"
)

// balancerRefusals are those of both kinds of balancers.
func balancerRefusals(t *testing.T, h *Harness) {
	ctx, old, alb := t.Context(), h.elb(), h.elbv2()
	site, err := h.Cloud.Site(ctx, gekko.Balancer{Classic: h.Classic}, nil)
	must(t, err)
	_, err = old.CreateLoadBalancer(ctx, &elasticloadbalancing.CreateLoadBalancerInput{
		LoadBalancerName: aws.String("under_score"), AvailabilityZones: site.Zones,
		Listeners: []elbtypes.Listener{{Protocol: aws.String("HTTP"), LoadBalancerPort: 80, InstancePort: aws.Int32(8080)}},
	})
	refused(t, "an underscore in a Classic balancer's name", err, "ValidationError", "")
	_, err = old.DescribeLoadBalancers(ctx, &elasticloadbalancing.DescribeLoadBalancersInput{LoadBalancerNames: []string{"no-such-balancer"}})
	refused(t, "an unknown Classic balancer", err, "LoadBalancerNotFound", "")
	_, err = old.RegisterInstancesWithLoadBalancer(ctx, &elasticloadbalancing.RegisterInstancesWithLoadBalancerInput{
		LoadBalancerName: &h.Classic, Instances: []elbtypes.Instance{{InstanceId: aws.String("i-0123456789abcdef0")}},
	})
	refused(t, "registering an unknown instance", err, "InvalidInstance", "")

	_, err = alb.CreateLoadBalancer(ctx, &elasticloadbalancingv2.CreateLoadBalancerInput{Name: aws.String("conform-one-subnet"), Subnets: site.Subnets[:1]})
	refused(t, "an ALB in one subnet", err, "ValidationError", "")
	_, err = alb.DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{Names: []string{"no-such-balancer"}})
	refused(t, "an unknown ALB", err, "LoadBalancerNotFound", "")
	_, err = alb.DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{Names: []string{"no-such-group"}})
	refused(t, "an unknown target group", err, "TargetGroupNotFound", "")
	h.inUse(t)
}

// inUse refuses to remove a target group that a rule sends to.
func (h *Harness) inUse(t *testing.T) {
	b := gekko.Balancer{Listener: h.Listener}
	s := h.snapshot(t, 0)
	h.pool(t, s, b)
	p, _ := h.observe(t, b).Pool(string(s.Name))
	_, err := h.elbv2().DeleteTargetGroup(t.Context(), &elasticloadbalancingv2.DeleteTargetGroupInput{TargetGroupArn: &p.ID})
	refused(t, "removing a target group in use", err, "ResourceInUse", "")
}

// metricRefusals are those of CloudWatch.
func metricRefusals(t *testing.T, h *Harness) {
	ctx, cw := t.Context(), h.cloudwatch()
	_, err := cw.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("AWS/ELB"), MetricData: []cwtypes.MetricDatum{{MetricName: aws.String("RequestCount"), Value: aws.Float64(1)}},
	})
	if err == nil {
		t.Error("a metric of AWS's own was written")
	}
	now := time.Now()
	_, err = cw.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(now.Add(-time.Hour)), EndTime: &now,
		MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("a"), MetricStat: &cwtypes.MetricStat{
			Metric: &cwtypes.Metric{Namespace: aws.String("AWS/ELB"), MetricName: aws.String("RequestCount")},
			Period: aws.Int32(7), Stat: aws.String("Sum"),
		}}},
	})
	if err == nil {
		t.Error("a period of 7 seconds was taken")
	}
}
