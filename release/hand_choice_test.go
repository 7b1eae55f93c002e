package release_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"

	"gekko"
	"gekko/release/hand"
)

// sideBySide is a world with two groups of two.
func sideBySide(t *testing.T, b gekko.Balancer) *world {
	t.Helper()
	w := newWorld(t, b)
	w.snapshot(first)
	w.snapshot(second)
	w.check(w.deploy(t.Context(), first, size(2, 4, 2)))
	w.check(w.deploy(t.Context(), second, size(2, 4, 2)))
	return w
}

func TestAWeightIsWhatWasAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := sideBySide(t, onALB)
		percent := 20
		q := hand.UpdateRequest{Subject: w.subject(), Group: gekko.GroupName(second), Size: size(2, 4, 2), WeightPercent: &percent}
		p, err := w.runner().PlanUpdate(t.Context(), q)
		w.check(err)
		if want := "rule default: " + string(first) + " weight 4 (80 %), " + string(second) + " weight 1 (20 %)"; len(p.Steps) != 1 || p.Steps[0].String() != want {
			t.Errorf("planned %v, want %s", p.Steps, want)
		}
		w.check(w.runner().Update(t.Context(), q))
		one, _ := w.fleet().Group(gekko.GroupName(first))
		two, _ := w.fleet().Group(gekko.GroupName(second))
		if one.Weight != 4*two.Weight {
			t.Errorf("weights %d and %d, want four to one", one.Weight, two.Weight)
		}
	})
}

func TestWithoutWaitingAGroupGetsItsShareLater(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onALB)
		w.snapshot(first)
		q := hand.DeployRequest{Subject: w.subject(), Snapshot: first, Size: size(2, 4, 2), NoWait: true}
		begun := time.Now()
		w.check(w.runner().Deploy(t.Context(), q))
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("it waited for %v", took)
		}
		w.shares(first, 0)
		q.NoWait = false
		w.check(w.runner().Deploy(t.Context(), q))
		w.shares(first, 2)
	})
}

func TestABalancerWithoutDrainingHasToBeAccepted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onClassic)
		w.snapshot(first)
		o := w.options()
		raw := elasticloadbalancing.New(elasticloadbalancing.Options{Region: o.Region, BaseEndpoint: &o.Endpoint, Credentials: o.Credentials, HTTPClient: w.wire})
		_, err := raw.ModifyLoadBalancerAttributes(t.Context(), &elasticloadbalancing.ModifyLoadBalancerAttributesInput{
			LoadBalancerName:       aws.String("hello"),
			LoadBalancerAttributes: &elb.LoadBalancerAttributes{ConnectionDraining: &elb.ConnectionDraining{Enabled: false}},
		})
		w.check(err)
		q := hand.DeployRequest{Subject: w.subject(), Snapshot: first, Size: size(1, 1, 1)}
		err = w.runner().Deploy(t.Context(), q)
		if !errors.Is(err, gekko.ErrRefused) || !strings.HasSuffix(gekko.HintOf(err), "--accept "+hand.NoDraining) {
			t.Errorf("got %v (%s), want a refusal", err, gekko.HintOf(err))
		}
		q.Accept = []string{hand.NoDraining}
		w.check(w.runner().Deploy(t.Context(), q))
		w.shares(first, 1)
	})
}

func TestForceEndsProtectedInstancesWithoutLosingRequests(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := sideBySide(t, onALB)
		w.poll = 10 * time.Second
		ctx := t.Context()
		stop := w.users(200 * time.Millisecond)
		time.Sleep(time.Minute)
		g, _ := w.fleet().Group(gekko.GroupName(first))
		_, err := w.autoscaling().SetInstanceProtection(ctx, &autoscaling.SetInstanceProtectionInput{
			AutoScalingGroupName: aws.String(string(first)), ProtectedFromScaleIn: aws.Bool(true), InstanceIds: []string{string(g.Instances[0].ID)},
		})
		w.check(err)
		q := hand.RetireRequest{
			Subject: hand.Subject{App: w.app, Balancer: w.balancer, Accept: []string{hand.TooMuchLoad}}, Group: gekko.GroupName(first),
		}
		r := w.runner()
		r.Patience = 3 * time.Minute
		if err := r.Retire(ctx, q); !errors.Is(err, gekko.ErrHeld) || !strings.Contains(err.Error(), "1 protected from scale-in (--force clears that, in a release --accept protected)") {
			t.Errorf("got %v, want to be told of the protection", err)
		}
		q.Force = true
		w.check(r.Retire(ctx, q))
		w.noneLost(stop())
		if left := w.ends(); len(left) != 2 {
			t.Errorf("left: %v", left)
		}
	})
}

func TestForceWithoutDrainingIsQuick(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := sideBySide(t, onALB)
		begun := time.Now()
		q := hand.RetireRequest{Subject: w.subject(), Group: gekko.GroupName(first), NoDrain: true}
		if err := w.runner().Retire(t.Context(), q); !errors.Is(err, gekko.ErrInvalid) {
			t.Errorf("without --force: %v", err)
		}
		q.Force = true
		w.check(w.runner().Retire(t.Context(), q))
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("it took %v", took)
		}
		if left := w.ends(); len(left) != 2 {
			t.Errorf("left: %v", left)
		}
	})
}

func TestThrottlingMeansNotYet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onALB)
		w.snapshot(first)
		r := w.runner()
		tell := r.Report
		r.Report = func(e gekko.Event) {
			if tell(e); strings.HasPrefix(e.Text, "launch group") {
				w.wire.throttled.Store(true)
				time.AfterFunc(5*time.Minute, func() { w.wire.throttled.Store(false) })
			}
		}
		w.check(r.Deploy(t.Context(), hand.DeployRequest{Subject: w.subject(), Snapshot: first, Size: size(2, 4, 2)}))
		if told := strings.Join(w.report, "\n"); !strings.Contains(told, "throttled: by the test (Throttling); trying again") {
			t.Errorf("it is not told:\n%s", told)
		}
		w.shares(first, 2)
	})
}
