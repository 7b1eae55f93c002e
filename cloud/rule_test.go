package cloud

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gekko/cloud/evidence"
)

func target(arn string, weight int32) types.TargetGroupTuple {
	return types.TargetGroupTuple{TargetGroupArn: &arn, Weight: &weight}
}

var plain = cmpopts.IgnoreUnexported(types.Action{}, types.ForwardActionConfig{}, types.TargetGroupTuple{},
	types.TargetGroupStickinessConfig{}, types.FixedResponseActionConfig{}, types.AuthenticateOidcActionConfig{})

func TestForwardingKeepsAllElseOfARule(t *testing.T) {
	login := types.Action{Type: types.ActionTypeEnumAuthenticateOidc, Order: aws.Int32(1)}
	sticky := &types.TargetGroupStickinessConfig{Enabled: aws.Bool(true), DurationSeconds: aws.Int32(60)}
	to := []types.TargetGroupTuple{target("a", 1), target("b", 0)}
	forward := func(order *int32, s *types.TargetGroupStickinessConfig) types.Action {
		return types.Action{Type: types.ActionTypeEnumForward, Order: order, ForwardConfig: &types.ForwardActionConfig{TargetGroups: to, TargetGroupStickinessConfig: s}}
	}
	none := types.Action{
		Type: types.ActionTypeEnumFixedResponse, Order: aws.Int32(2),
		FixedResponseConfig: &types.FixedResponseActionConfig{StatusCode: aws.String("503"), ContentType: aws.String("text/plain")},
	}
	for _, c := range []struct {
		name   string
		before []types.Action
		to     []types.TargetGroupTuple
		sticky int32
		want   []types.Action
	}{
		{
			"other actions and the order",
			[]types.Action{login, {Type: types.ActionTypeEnumForward, Order: aws.Int32(2), TargetGroupArn: aws.String("a")}},
			to, 0,
			[]types.Action{login, forward(aws.Int32(2), nil)},
		},
		{
			"the rule's stickiness",
			[]types.Action{forward(nil, sticky)},
			to, 0,
			[]types.Action{forward(nil, sticky)},
		},
		{
			"a sticky group makes the rule sticky",
			[]types.Action{forward(nil, nil)},
			to, 60,
			[]types.Action{forward(nil, sticky)},
		},
		{"a fixed response gives way", []types.Action{none}, to, 0, []types.Action{forward(aws.Int32(2), nil)}},
		{"and comes back", []types.Action{forward(aws.Int32(2), nil)}, nil, 0, []types.Action{none}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := forwarding(c.before, c.to, c.sticky)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, plain); diff != "" {
				t.Errorf("actions (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := forwarding([]types.Action{{Type: types.ActionTypeEnumRedirect}}, to, 0); err == nil {
		t.Error("a redirect gave way")
	}
}

func TestAnActionWithOneTargetGivesItWeightOne(t *testing.T) {
	got := targets([]types.Action{{Type: types.ActionTypeEnumForward, TargetGroupArn: aws.String("a")}})
	if diff := cmp.Diff([]types.TargetGroupTuple{target("a", 1)}, got, plain); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
}

func TestNamesAreCutOutOfARNs(t *testing.T) {
	const prefix = "arn:aws:elasticloadbalancing:us-east-1:123456789012:"
	for _, c := range []struct{ got, want string }{
		{evidence.BalancerDimension(prefix + "listener/app/hello/50dc6c495c0c9188/f2f7dc8efc522ab2"), "app/hello/50dc6c495c0c9188"},
		{evidence.BalancerDimension(prefix + "loadbalancer/app/hello/50dc6c495c0c9188"), "app/hello/50dc6c495c0c9188"},
		{evidence.PoolDimension(prefix + "targetgroup/hello-20260101-000000/6d0ecf831eec9f09"), "targetgroup/hello-20260101-000000/6d0ecf831eec9f09"},
		{poolName(prefix + "targetgroup/hello-20260101-000000/6d0ecf831eec9f09"), "hello-20260101-000000"},
		{poolName("a-classic-balancer"), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
