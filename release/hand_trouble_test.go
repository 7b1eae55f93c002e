package release_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko"
	"gekko/local"
	"gekko/local/machine"
	"gekko/release/hand"
)

func TestALaunchThatCanNeverWorkEndsTheWaitAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onALB)
		w.dropImage(w.snapshot(first))
		begun := time.Now()
		err := w.deploy(t.Context(), first, size(1, 2, 1))
		if took := time.Since(begun); took > 10*time.Minute {
			t.Errorf("it took %v", took)
		}
		if !errors.Is(err, gekko.ErrInvalid) || !strings.Contains(err.Error(), "ami-0123456789abcdef0") {
			t.Errorf("got %v, want the image named as the reason", err)
		}
		w.check(w.retire(t.Context(), first))
		if left := w.ends(); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	})
}

// unbootable is a machine that never comes up.
type unbootable struct{ machine.Machine }

func (unbootable) Boot(context.Context, machine.Boot, func(machine.End)) error {
	return errors.New("no space left on device")
}

func TestALaunchThatMayYetHealIsToldOnceAndWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var broken atomic.Bool
		w := newWorld(t, onALB, func(o *local.Options) {
			whole := o.Machines
			o.Machines = func(s machine.Spec) (machine.Machine, error) {
				m, err := whole(s)
				if broken.CompareAndSwap(true, false) {
					return unbootable{m}, err
				}
				return m, err
			}
		})
		w.poll = time.Second
		w.snapshot(first)
		broken.Store(true)
		r := w.runner()
		told := 0
		r.Report = func(e gekko.Event) {
			if e.Kind == gekko.Warns && strings.Contains(e.Text, "Server.InternalError") {
				told++
			}
		}
		w.check(r.Deploy(t.Context(), hand.DeployRequest{Subject: w.subject(), Snapshot: first, Size: size(1, 2, 1)}))
		if told != 1 {
			t.Errorf("the failed launch was told %d times, want once", told)
		}
	})
}

func TestAVersionThatNeverServesIsLeftToAPerson(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onALB)
		w.poll = 10 * time.Second
		w.snapshot(first)
		bad := w.snapshot(second)
		w.broken[string(bad.Image)] = true
		w.check(w.deploy(t.Context(), first, size(2, 4, 2)))
		stop := w.users(time.Second)
		r := w.runner()
		r.Patience = 4 * time.Minute
		err := r.Deploy(t.Context(), hand.DeployRequest{Subject: w.subject(), Snapshot: second, Size: size(1, 2, 1)})
		if !errors.Is(err, gekko.ErrHeld) || !strings.Contains(err.Error(), "0 of 1 instance serves") {
			t.Errorf("got %v, want to be told what is waited for", err)
		}
		w.shares(first, 2, second, 0)
		w.check(w.retire(t.Context(), second))
		w.noneLost(stop())
	})
}

func TestTheRestMustCarryTheLoad(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onALB)
		ctx := t.Context()
		w.snapshot(first)
		w.snapshot(second)
		w.check(w.deploy(ctx, first, size(3, 4, 3)))
		stop := w.users(100 * time.Millisecond)
		time.Sleep(time.Minute)
		w.check(w.deploy(ctx, second, size(1, 4, 1)))
		err := w.retire(ctx, first)
		if !errors.Is(err, gekko.ErrRefused) || !strings.Contains(gekko.HintOf(err), hand.TooMuchLoad) || !strings.Contains(err.Error(), "requests a minute") {
			t.Errorf("got %v (%s), want a refusal with figures", err, gekko.HintOf(err))
		}
		w.shares(first, 3, second, 1)
		w.check(w.runner().Retire(ctx, hand.RetireRequest{
			Subject: hand.Subject{App: w.app, Balancer: w.balancer, Accept: []string{hand.TooMuchLoad}}, Group: gekko.GroupName(first),
		}))
		w.noneLost(stop())
	})
}

func TestAStrangersPoolKeepsItsWeight(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onALB)
		ctx := t.Context()
		w.snapshot(first)
		raw := elasticloadbalancingv2.New(elasticloadbalancingv2.Options{
			Region: "us-east-1", BaseEndpoint: aws.String("http://127.0.0.1"), Credentials: w.options().Credentials, HTTPClient: w.wire,
		})
		made, err := raw.CreateTargetGroup(ctx, &elasticloadbalancingv2.CreateTargetGroupInput{
			Name: aws.String("theirs"), Protocol: elbv2.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: w.vpc(),
		})
		w.check(err)
		listener := w.fleet().ID
		_, err = raw.ModifyListener(ctx, &elasticloadbalancingv2.ModifyListenerInput{ListenerArn: &listener, DefaultActions: []elbv2.Action{{
			Type: elbv2.ActionTypeEnumForward, TargetGroupArn: made.TargetGroups[0].TargetGroupArn,
		}}})
		w.check(err)
		w.check(w.deploy(ctx, first, size(2, 2, 2)))
		p, _ := w.fleet().Pool("theirs")
		if p.Weight() != 1 || p.App != "" {
			t.Errorf("theirs is now %+v", p)
		}
		w.shares(first, 2)
		if told := strings.Join(w.report, "\n"); !strings.Contains(told, "theirs, which is not gekko's: it keeps its weight 1; it has no healthy instance") {
			t.Errorf("it is not told:\n%s", told)
		}
	})
}

func TestAnAdoptedGroupIsRetiredWithItsPool(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onALB)
		ctx := t.Context()
		w.snapshot(first)
		w.snapshot(second)
		w.check(w.deploy(ctx, first, size(1, 2, 1)))
		w.disown(first)
		if err := w.retire(ctx, first); !errors.Is(err, gekko.ErrRefused) || !strings.Contains(gekko.HintOf(err), "gekko adopt") {
			t.Errorf("a stranger is retired: %v (%s)", err, gekko.HintOf(err))
		}
		a, err := w.cloud.Adoption(ctx, gekko.GroupName(first), w.app)
		w.check(err)
		w.check(w.cloud.Adopt(ctx, a, w.balancer))
		stop := w.users(100 * time.Millisecond)
		w.check(w.deploy(ctx, second, size(1, 2, 1)))
		w.check(w.retire(ctx, first))
		w.noneLost(stop())
		if left := w.ends(); len(left) != 2 {
			t.Errorf("left: %v, want a group and its pool", left)
		}
	})
}

// disown takes gekko's tags from a group.
func (w *world) disown(s gekko.SnapshotName) {
	w.t.Helper()
	raw := w.autoscaling()
	in := &autoscaling.DeleteTagsInput{}
	for _, key := range []string{"gekko:app", "gekko:snapshot", "gekko:commit", "gekko:balancer"} {
		in.Tags = append(in.Tags, types.Tag{Key: &key, ResourceId: aws.String(string(s)), ResourceType: aws.String("auto-scaling-group")})
	}
	_, err := raw.DeleteTags(w.t.Context(), in)
	w.check(err)
}

func TestSweepFindsWhatACutLeft(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onALB)
		ctx := t.Context()
		s := w.snapshot(second)
		w.snapshot(first)
		w.check(w.deploy(ctx, first, size(1, 2, 1)))
		before := w.ends()
		w.check(w.cloud.MakePool(ctx, w.fleet(), s))
		left, err := w.runner().Leftovers(ctx, w.subject())
		w.check(err)
		if len(left) != 1 || left[0].Name != string(second) || left[0].Kind != "pool" {
			t.Errorf("leftovers %v, want the pool", left)
		}
		w.check(w.cloud.Weigh(ctx, w.fleet(), "default", map[string]int{string(second): 0}))
		left, err = w.runner().Leftovers(ctx, w.subject())
		w.check(err)
		w.check(w.runner().Sweep(ctx, w.subject(), left))
		if after := w.ends(); strings.Join(after, "\n") != strings.Join(before, "\n") {
			t.Errorf("left: %v, want %v", after, before)
		}
	})
}
