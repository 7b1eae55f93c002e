package local_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"

	"gekko/local/fault"
)

// once lets the SDK try a call only once.
func once(o *autoscaling.Options) { o.RetryMaxAttempts = 1 }

func (s *stage) resize(group string, size int32, options ...func(*autoscaling.Options)) error {
	_, err := s.groups.UpdateAutoScalingGroup(context.Background(), &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: &group, DesiredCapacity: &size,
	}, options...)
	return err
}

func (s *stage) size(group string) int32 {
	s.Helper()
	out, err := s.groups.DescribeAutoScalingGroups(context.Background(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{group}})
	s.check(err)
	return *out.AutoScalingGroups[0].DesiredCapacity
}

// told lists why a group's activities failed, the newest first.
func (s *stage) told(group string) []string {
	s.Helper()
	out, err := s.groups.DescribeScalingActivities(context.Background(), &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: &group})
	s.check(err)
	var all []string
	for _, a := range out.Activities {
		if a.StatusCode == astypes.ScalingActivityStatusCodeFailed {
			all = append(all, *a.StatusMessage)
		}
	}
	return all
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func TestCallsFailOnPurposeBeforeOrAfterTheirEffect(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir)
		defer s.end()
		s.group("web", 1)
		for _, c := range []struct {
			faults fault.Faults
			code   string
			size   int32
		}{
			{fault.Faults{Throttle: 1, Calls: []string{"UpdateAutoScalingGroup"}}, "Throttling", 1},
			{fault.Faults{Error: 1, Calls: []string{"UpdateAutoScalingGroup"}}, "InternalFailure", 1},
			{fault.Faults{LostAnswer: 1, Calls: []string{"UpdateAutoScalingGroup"}}, "InternalFailure", 2},
		} {
			s.world.Fail(c.faults)
			if got := code(s.resize("web", 2, once)); got != c.code {
				t.Errorf("%+v: refused with %q, want %s", c.faults, got, c.code)
			}
			if got := s.size("web"); got != c.size {
				t.Errorf("%+v: the size is %d, want %d", c.faults, got, c.size)
			}
		}
		s.world.Fail(fault.Faults{})
		s.check(s.resize("web", 1, once))
	})
}

func TestTheSameSeedFailsTheSameCalls(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir)
		defer s.end()
		s.group("web", 1)
		var runs [2][]string
		for i := range runs {
			s.world.Fail(fault.Faults{Seed: 7, Throttle: 0.3, Error: 0.2})
			for range 40 {
				runs[i] = append(runs[i], code(s.resize("web", 1, once)))
			}
		}
		if !slices.Equal(runs[0], runs[1]) || !slices.Contains(runs[0], "Throttling") || !slices.Contains(runs[0], "InternalFailure") || !slices.Contains(runs[0], "") {
			t.Errorf("%v\n%v", runs[0], runs[1])
		}
	})
}

func TestWhatIsReadMayBeOldButNotTooOld(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir)
		defer s.end()
		s.group("web", 1)
		s.world.Fail(fault.Faults{Stale: 20 * time.Second})
		old := 0
		for range 10 {
			for range 30 {
				s.size("web")
				time.Sleep(time.Second)
			}
			s.check(s.resize("web", 3-s.size("web")))
			is := s.size("web")
			for range 19 {
				time.Sleep(time.Second)
				if now := s.size("web"); now != is {
					old++
					is = now
				}
			}
			time.Sleep(2 * time.Second)
			s.size("web")
		}
		if old == 0 {
			t.Error("nothing that was read was old")
		}
		time.Sleep(21 * time.Second)
		first := s.size("web")
		time.Sleep(21 * time.Second)
		if s.size("web") != first {
			t.Error("what was read is older than it may be")
		}
	})
}

func TestAGroupLaunchesWhereThereIsRoomAndSaysWhyItCannot(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir)
		defer s.end()
		s.world.Fail(fault.Faults{NoCapacity: []string{"us-east-1a"}})
		s.group("web", 4)
		time.Sleep(time.Minute)
		if n := len(s.inService("web")); n != 4 {
			t.Errorf("%d of 4 instances run while one zone has no room", n)
		}
		s.world.Fail(fault.Faults{NoCapacity: []string{"t3.micro"}})
		s.check(s.resize("web", 5))
		time.Sleep(time.Minute)
		if all := s.told("web"); len(all) == 0 || !strings.HasPrefix(all[0], "We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (us-east-1") || !strings.HasSuffix(all[0], "Launching EC2 instance failed.") {
			t.Errorf("told %q", all)
		}
		s.world.Fail(fault.Faults{Quota: 4})
		s.check(s.resize("web", 6))
		time.Sleep(time.Minute)
		if all := s.told("web"); !strings.HasPrefix(all[0], "You have requested more instances (5) than your current instance limit of 4") {
			t.Errorf("told %q", all)
		}
		s.world.Fail(fault.Faults{})
		s.check(s.resize("web", 5))
		time.Sleep(time.Minute)
		if n := len(s.inService("web")); n != 5 {
			t.Errorf("%d instances run once there is room, want 5", n)
		}
	})
}

func TestAGroupSaysThatItsImageIsGone(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir)
		defer s.end()
		images, err := s.ec2.DescribeImages(t.Context(), &ec2.DescribeImagesInput{})
		s.check(err)
		s.group("web", 0)
		_, err = s.ec2.CreateLaunchTemplateVersion(t.Context(), &ec2.CreateLaunchTemplateVersionInput{
			LaunchTemplateName: aws.String("web"), SourceVersion: aws.String("1"),
			LaunchTemplateData: launchData("ami-0123456789abcdef0"),
		})
		s.check(err)
		_, err = s.groups.UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(1),
			LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web"), Version: aws.String("2")},
		})
		s.check(err)
		time.Sleep(time.Minute)
		const want = "The image id '[ami-0123456789abcdef0]' does not exist. Launching EC2 instance failed."
		if all := s.told("web"); len(all) == 0 || all[0] != want {
			t.Errorf("told %q, want %q (there is %s)", all, want, *images.Images[0].ImageId)
		}
	})
}

func TestSomeInstancesBootSlowlyAndSomeDie(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir)
		defer s.end()
		s.world.Fail(fault.Faults{SlowBoot: 5 * time.Minute, SlowBoots: 0.5})
		s.group("web", 8)
		time.Sleep(time.Minute)
		if n := len(s.inService("web")); n == 0 || n == 8 {
			t.Errorf("%d of 8 instances booted in time", n)
		}
		time.Sleep(5 * time.Minute)
		before := s.inService("web")
		if len(before) != 8 {
			t.Errorf("%d of 8 instances booted in the end", len(before))
		}
		s.check(s.world.Strike(before[0]))
		time.Sleep(2 * time.Minute)
		if slices.Contains(s.inService("web"), before[0]) {
			t.Error("an instance that died is still in service")
		}
		s.world.Fail(fault.Faults{Deaths: 50})
		time.Sleep(time.Hour)
		s.world.Fail(fault.Faults{})
		time.Sleep(10 * time.Minute)
		after := s.inService("web")
		left := 0
		for _, id := range before {
			if slices.Contains(after, id) {
				left++
			}
		}
		if len(after) != 8 || left == 7 || left == 0 {
			t.Errorf("%d instances are in service, of which %d have been since before some died", len(after), left)
		}
	})
}

func (s *stage) inService(group string) []string {
	s.Helper()
	out, err := s.groups.DescribeAutoScalingGroups(context.Background(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{group}})
	s.check(err)
	var ids []string
	for _, i := range out.AutoScalingGroups[0].Instances {
		if i.LifecycleState == astypes.LifecycleStateInService {
			ids = append(ids, *i.InstanceId)
		}
	}
	return ids
}

func TestMetricsMayBeLateAndRevised(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir)
		defer s.end()
		pool := s.pool("service")
		s.weigh(map[string]int32{pool: 1})
		s.group("web", 2, pool)
		time.Sleep(2 * time.Minute)
		s.flow(10)
		time.Sleep(4*time.Minute + time.Second)
		s.world.Fail(fault.Faults{LateMetrics: 2 * time.Minute, Revised: 0.1})
		if got := s.sum("RequestCount", "Sum"); got != 2*540 {
			t.Errorf("%v requests are seen after four minutes, want those of two, without a tenth", got)
		}
		time.Sleep(4 * time.Minute)
		if got := s.sum("RequestCount", "Sum"); got != 4*600+2*540 {
			t.Errorf("%v requests are seen after eight minutes, want four minutes of them whole and two without a tenth", got)
		}
	})
}
