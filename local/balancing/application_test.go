package balancing_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// application is an ALB with one listener.
type application struct {
	w             *world
	arn, url      string
	listener      string
	first, second string // target groups
}

func (w *world) application(second bool) *application {
	w.t.Helper()
	ctx := w.t.Context()
	lb := must[*elbv2.CreateLoadBalancerOutput](w.t)(w.v2.CreateLoadBalancer(ctx, &elbv2.CreateLoadBalancerInput{
		Name: aws.String("web"), Subnets: []string{"subnet-a", "subnet-b"},
	})).LoadBalancers[0]
	a := &application{w: w, arn: *lb.LoadBalancerArn, url: "http://" + *lb.DNSName + ":80/"}
	a.first = w.group("one")
	groups := []types.TargetGroupTuple{{TargetGroupArn: &a.first, Weight: aws.Int32(3)}}
	if second {
		a.second = w.group("two")
		groups = append(groups, types.TargetGroupTuple{TargetGroupArn: &a.second, Weight: aws.Int32(1)})
	}
	a.listener = *must[*elbv2.CreateListenerOutput](w.t)(w.v2.CreateListener(ctx, &elbv2.CreateListenerInput{
		LoadBalancerArn: lb.LoadBalancerArn, Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp,
		DefaultActions: []types.Action{{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{TargetGroups: groups}}},
	})).Listeners[0].ListenerArn
	return a
}

func (w *world) group(name string) string {
	w.t.Helper()
	return *must[*elbv2.CreateTargetGroupOutput](w.t)(w.v2.CreateTargetGroup(w.t.Context(), &elbv2.CreateTargetGroupInput{
		Name: aws.String(name), Port: aws.Int32(8080), Protocol: types.ProtocolEnumHttp, VpcId: aws.String("vpc-1"),
		HealthCheckIntervalSeconds: aws.Int32(10), HealthyThresholdCount: aws.Int32(2),
	})).TargetGroups[0].TargetGroupArn
}

func (w *world) register(group string, ids ...string) {
	w.t.Helper()
	must[*elbv2.RegisterTargetsOutput](w.t)(w.v2.RegisterTargets(w.t.Context(), &elbv2.RegisterTargetsInput{TargetGroupArn: &group, Targets: targetsOf(ids)}))
}

func (w *world) deregister(group string, ids ...string) {
	w.t.Helper()
	must[*elbv2.DeregisterTargetsOutput](w.t)(w.v2.DeregisterTargets(w.t.Context(), &elbv2.DeregisterTargetsInput{TargetGroupArn: &group, Targets: targetsOf(ids)}))
}

func targetsOf(ids []string) []types.TargetDescription {
	var out []types.TargetDescription
	for _, id := range ids {
		out = append(out, types.TargetDescription{Id: aws.String(id)})
	}
	return out
}

// health is what DescribeTargetHealth says, by instance: state, then reason.
func (w *world) health(group string) map[string]string {
	w.t.Helper()
	all := must[*elbv2.DescribeTargetHealthOutput](w.t)(w.v2.DescribeTargetHealth(w.t.Context(), &elbv2.DescribeTargetHealthInput{TargetGroupArn: &group}))
	out := make(map[string]string)
	for _, d := range all.TargetHealthDescriptions {
		out[*d.Target.Id] = string(d.TargetHealth.State)
		if d.TargetHealth.Reason != "" {
			out[*d.Target.Id] += " " + string(d.TargetHealth.Reason)
		}
	}
	return out
}

func TestAnApplicationBalancerCarriesRequestsByWeight(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(true)
		w.launch("i-1", "eu-west-1a")
		w.launch("i-2", "eu-west-1b")
		w.launch("i-3", "eu-west-1b")
		w.register(a.first, "i-1")
		w.register(a.second, "i-2", "i-3")
		w.wait(2 * time.Second)
		got := make(map[string]int)
		for range 400 {
			code, body := w.get(a.url)
			if code != 200 {
				t.Fatalf("answered %d %s", code, body)
			}
			got[body]++
		}
		if got["i-1"] != 300 || got["i-2"] != 50 || got["i-3"] != 50 {
			t.Errorf("served %v, want 300, 50, 50", got)
		}
	})
}
