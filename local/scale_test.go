package local_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"gekko/local"
)

// beside starts two groups that follow their processors, of which the old one
// has all of the traffic until it is shared.
func beside(t *testing.T, dir string, test func(s *stage, share func(old, fresh int32))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir, busy)
		defer s.end()
		old, fresh := s.pool("old"), s.pool("new")
		share := func(a, b int32) { s.weigh(map[string]int32{old: a, fresh: b}) }
		share(1, 0)
		s.group("old", 6, old)
		s.group("new", 6, fresh)
		s.track("old")
		s.track("new")
		time.Sleep(3 * time.Minute)
		// Ten milliseconds a request on two processors: 230 a second are 19 % of six,
		// just below the target.
		s.check(s.world.Flow(local.Flow{Balancer: "web", Port: 80, Rate: func(time.Time) float64 { return 230 }}))
		test(s, share)
	})
}

func TestGroupsThatShareTheLoadBothShrink(t *testing.T) {
	beside(t, t.TempDir(), func(s *stage, share func(old, fresh int32)) {
		time.Sleep(10 * time.Minute)
		if n := s.size("old"); n != 6 {
			t.Fatalf("at its target the old group wants %d", n)
		}
		share(1, 1)
		time.Sleep(14 * time.Minute)
		if n := s.size("old"); n != 6 {
			t.Errorf("after 14 minutes at half of its target the old group wants %d", n)
		}
		time.Sleep(30 * time.Minute)
		if a, b := s.size("old"), s.size("new"); a != 3 || b != 3 {
			t.Errorf("after half an hour of half the load the groups want %d and %d, want 3 each", a, b)
		}
		share(0, 1)
		time.Sleep(2 * time.Minute)
		if n := s.size("new"); n != 3 {
			t.Errorf("the new group wants %d before its alarm can act", n)
		}
		time.Sleep(10 * time.Minute)
		if n := s.size("new"); n < 6 {
			t.Errorf("with all of the load the new group wants %d, want 6", n)
		}
	})
}

func TestOnlyAPinnedMinimumKeepsAGroupWhole(t *testing.T) {
	beside(t, t.TempDir(), func(s *stage, share func(old, fresh int32)) {
		_, err := s.groups.UpdateAutoScalingGroup(context.Background(), &autoscaling.UpdateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("old"), MinSize: aws.Int32(6),
		})
		s.check(err)
		s.protect("new")
		share(1, 1)
		time.Sleep(time.Hour)
		if n := s.size("old"); n != 6 {
			t.Errorf("the pinned group wants %d, want 6", n)
		}
		if n, run := s.size("new"), len(s.inService("new")); n != 3 || run != 6 {
			t.Errorf("the protected group wants %d and has %d, want 3 and 6: protection holds instances, not the capacity that is wanted", n, run)
		}
		at := time.Now().Add(time.Minute)
		_, err = s.groups.PutScheduledUpdateGroupAction(context.Background(), &autoscaling.PutScheduledUpdateGroupActionInput{
			AutoScalingGroupName: aws.String("old"), ScheduledActionName: aws.String("night"), StartTime: &at,
			MinSize: aws.Int32(1), MaxSize: aws.Int32(20), DesiredCapacity: aws.Int32(2),
		})
		s.check(err)
		time.Sleep(2 * time.Minute)
		if n := s.size("old"); n > 2 {
			t.Errorf("after its scheduled action the pinned group wants %d, want at most 2", n)
		}
	})
}

func (s *stage) protect(group string) {
	s.Helper()
	yes := true
	_, err := s.groups.SetInstanceProtection(context.Background(), &autoscaling.SetInstanceProtectionInput{
		AutoScalingGroupName: &group, InstanceIds: s.inService(group), ProtectedFromScaleIn: &yes,
	})
	s.check(err)
}
