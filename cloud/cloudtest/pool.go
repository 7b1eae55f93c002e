package cloudtest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/google/go-cmp/cmp"

	"gekko"
)

// pool makes a snapshot's pool and gives it a place in the default rule. It
// goes when the test is over.
func (h *Harness) pool(t *testing.T, s gekko.Snapshot, b gekko.Balancer) {
	t.Helper()
	name := string(s.Name)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		f, err := h.Cloud.Observe(ctx, app, b)
		if err == nil {
			err = h.Cloud.Leave(ctx, f, "default", name)
		}
		if err == nil {
			err = h.Cloud.RemovePool(ctx, app, name)
		}
		if err != nil {
			t.Error(err)
		}
	})
	must(t, h.Cloud.MakePool(t.Context(), h.observe(t, b), s))
	must(t, h.Cloud.Weigh(t.Context(), h.observe(t, b), "default", map[string]int{name: 0}))
}

// othersWeights are none of a command's business that does not name them.
func othersWeights(t *testing.T, h *Harness) {
	b := gekko.Balancer{Listener: h.Listener}
	one, two := h.snapshot(t, time.Hour), h.snapshot(t, 0)
	h.pool(t, one, b)
	h.pool(t, two, b)
	ctx := t.Context()
	must(t, h.Cloud.Weigh(ctx, h.observe(t, b), "default", map[string]int{string(one.Name): 5}))
	must(t, h.Cloud.Weigh(ctx, h.observe(t, b), "default", map[string]int{string(two.Name): 9}))
	h.weights(t, b, map[string]int{string(one.Name): 5, string(two.Name): 9})
	must(t, h.Cloud.Leave(ctx, h.observe(t, b), "default", string(one.Name)))
	must(t, h.Cloud.Leave(ctx, h.observe(t, b), "default", string(one.Name)))
	h.weights(t, b, map[string]int{string(two.Name): 9})
}

func (h *Harness) weights(t *testing.T, b gekko.Balancer, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	for _, p := range h.observe(t, b).Pools {
		if p.App == app {
			got[p.Name] = p.Weight()
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
}

// poolTwice makes a pool twice, finds it lonely, and removes it twice.
func poolTwice(t *testing.T, h *Harness) {
	b := gekko.Balancer{Listener: h.Listener}
	s := h.snapshot(t, 0)
	ctx, name := t.Context(), string(s.Name)
	must(t, h.Cloud.MakePool(ctx, h.observe(t, b), s))
	must(t, h.Cloud.MakePool(ctx, h.observe(t, b), s))
	lonely, err := h.Cloud.LonelyPools(ctx, app)
	must(t, err)
	if len(lonely) != 1 || lonely[0].Name != name {
		t.Errorf("lonely pools %+v, want %s", lonely, name)
	}
	must(t, h.Cloud.RemovePool(ctx, "another", name))
	if lonely, err = h.Cloud.LonelyPools(ctx, app); len(lonely) != 1 {
		t.Errorf("another app removed the pool: %+v, %v", lonely, err)
	}
	must(t, h.Cloud.RemovePool(ctx, app, name))
	must(t, h.Cloud.RemovePool(ctx, app, name))
}

// stranger makes a group of one instance without any tag of gekko's.
func (h *Harness) stranger(t *testing.T, s gekko.Snapshot, b gekko.Balancer) {
	t.Helper()
	site, err := h.Cloud.Site(t.Context(), b, nil)
	must(t, err)
	t.Cleanup(func() { h.remove(t, gekko.GroupName(s.Name)) })
	_, err = h.autoscaling().CreateAutoScalingGroup(t.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(string(s.Name)),
		MinSize:              aws.Int32(1), MaxSize: aws.Int32(1),
		LaunchTemplate:    &types.LaunchTemplateSpecification{LaunchTemplateId: aws.String(string(s.Template)), Version: aws.String("$Latest")},
		VPCZoneIdentifier: aws.String(strings.Join(site.Subnets, ",")),
		LoadBalancerNames: []string{b.Classic},
	})
	must(t, err)
}
