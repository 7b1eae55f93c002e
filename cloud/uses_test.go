package cloud_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"gekko"
)

func TestWhatASnapshotIsInUseByIsTold(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		ctx := t.Context()
		s := a.made()
		none, err := a.Uses(ctx, "hello")
		a.must(err)
		if len(none) > 0 {
			t.Errorf("its own template uses it: %v", none)
		}
		run, err := a.raw.RunInstances(ctx, &ec2.RunInstancesInput{
			MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
			LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateId: aws.String(string(s.Template))},
		})
		a.must(err)
		data := func(image string) *ec2types.RequestLaunchTemplateData {
			return &ec2types.RequestLaunchTemplateData{ImageId: aws.String(image)}
		}
		_, err = a.raw.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("theirs"), LaunchTemplateData: data(string(s.Image))})
		a.must(err)
		_, err = a.raw.CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateName: aws.String("theirs"), LaunchTemplateData: data(string(s.Base))})
		a.must(err)
		got, err := a.Uses(ctx, "hello")
		a.must(err)
		want := map[gekko.SnapshotName][]string{s.Name: {"instance " + *run.Instances[0].InstanceId, "launch template theirs:1"}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

func TestTheInstancesOfItsGroupUseASnapshot(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		ctx, s := t.Context(), a.made()
		site, err := a.Site(ctx, gekko.Balancer{}, nil)
		a.must(err)
		if site.Free < 100 {
			t.Errorf("%d free addresses", site.Free)
		}
		name := gekko.GroupName(s.Name)
		a.must(a.Launch(ctx, gekko.Launch{Snapshot: s, Size: gekko.Size{Min: 2, Max: 2, Desired: 2}, Subnets: site.Subnets}))
		time.Sleep(time.Minute)
		said, err := a.Console(ctx, name)
		a.must(err)
		want := []string{"2 instances, " + string(slices.Min(slices.Collect(maps.Keys(said)))) + " among them", "group " + string(name)}
		got, err := a.Uses(ctx, "hello")
		a.must(err)
		if d := cmp.Diff(map[gekko.SnapshotName][]string{s.Name: want}, got); d != "" || len(said) != 2 {
			t.Errorf("consoles of %d instances; uses (-want +got):\n%s", len(said), d)
		}
		if got, err := a.Uses(ctx, "another"); err != nil || len(got) > 0 {
			t.Errorf("of another app: %v, %v", got, err)
		}
	})
}
