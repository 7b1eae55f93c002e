package local_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local"
	"gekko/local/flow"
	"gekko/local/machine"
)

// slowly makes machines that take ten seconds for a request.
func slowly(o *local.Options) {
	o.Machines = func(spec machine.Spec) (machine.Machine, error) {
		m := machine.NewFunc(spec, nil)
		m.Health = func(string) int { return 200 }
		m.Serve = func(s flow.Span) (out flow.Served) {
			out.Took.Add(10*time.Second, s.N)
			return out
		}
		return m, nil
	}
}

// delay sets how long a target group's targets drain.
func (s *stage) delay(pool, seconds string) {
	s.Helper()
	_, err := s.v2.ModifyTargetGroupAttributes(context.Background(), &elbv2.ModifyTargetGroupAttributesInput{
		TargetGroupArn: &pool, Attributes: []elbv2types.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: &seconds}},
	})
	s.check(err)
}

// What Auto Scaling takes out by itself it drains first; what it is made to
// delete by force it does not. A delay shorter than a request cuts the request.
func TestWhetherAnInstanceDrainsDecidesWhatIsLost(t *testing.T) {
	shrink := func(s *stage) error { return s.resize("old", 2) }
	force := func(s *stage) error {
		_, err := s.groups.DeleteAutoScalingGroup(context.Background(), &autoscaling.DeleteAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("old"), ForceDelete: aws.Bool(true),
		})
		return err
	}
	for _, c := range []struct {
		name, delay string
		act         func(*stage) error
		cause       flow.Cause // empty: nothing is lost
	}{
		{"scale-in drains", "60", shrink, ""},
		{"scale-in cuts what outlasts the delay", "5", shrink, flow.Cut},
		{"scale-in without a delay cuts all in flight", "0", shrink, flow.Cut},
		{"a forced delete does not wait for it", "60", force, flow.Cut},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, dir, slowly)
				defer s.end()
				pool, other := s.pool("old"), s.pool("new")
				s.delay(pool, c.delay)
				s.weigh(map[string]int32{pool: 1, other: 0})
				s.group("old", 3, pool)
				s.group("new", 3, other)
				time.Sleep(2 * time.Minute)
				s.check(s.world.Flow(local.Flow{Balancer: "web", Port: 80, Rate: func(time.Time) float64 { return 9 }}))
				time.Sleep(30 * time.Second)
				if c.name == "a forced delete does not wait for it" {
					s.weigh(map[string]int32{pool: 0, other: 1})
				}
				s.check(c.act(s))
				time.Sleep(3 * time.Minute)
				lost := map[flow.Cause]int{}
				for _, l := range s.world.Losses() {
					lost[l.Cause] += l.Requests
				}
				if len(lost) > 1 || c.cause == "" && len(lost) > 0 || c.cause != "" && lost[c.cause] == 0 {
					t.Errorf("lost %v, want %q alone", lost, c.cause)
				}
			})
		})
	}
}
