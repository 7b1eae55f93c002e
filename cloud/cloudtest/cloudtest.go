// Package cloudtest says in tests what gekko needs of a cloud: that groups,
// balancers and pools do what package cloud asks, and that AWS's refusals come
// with AWS's codes.
//
// It runs on the embedded cloud with every test, and on any endpoint when
// asked. It knows nothing of how either is made: a Harness tells. A fault found
// in the embedded cloud becomes a case here.
package cloudtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/smithy-go"

	"gekko"
	"gekko/cloud"
)

// Harness is one cloud to test, with things in it that a test may use and
// leaves as they are.
type Harness struct {
	Cloud  *cloud.Cloud
	Config aws.Config // for calls that gekko itself does not make

	Image        string        // that instances which serve Port are launched from
	InstanceType string        // of them
	Port         int           // that they serve, with Health
	Health       string        // path that answers 200
	Classic      string        // a Classic balancer of that port, which drains
	Listener     string        // NAME:PORT of an ALB's listener that answers by itself
	Poll         time.Duration // how often a wait looks
	Patience     time.Duration // how long a wait may last
}

// Case is one thing that a cloud has to do.
type Case struct {
	Name string
	Run  func(t *testing.T, h *Harness)
}

// Cases are all of them. Each may run alone and leaves nothing behind.
func Cases() []Case {
	return []Case{
		{"AGroupBehindAClassicBalancerComesAndGoes", classicGroup},
		{"AGroupBehindAnALBComesAndGoes", weightedGroup},
		{"WeightsOfOthersAreKept", othersWeights},
		{"APoolIsMadeAndRemovedOnce", poolTwice},
		{"AGroupIsAdopted", adoption},
		{"MarksAreRememberedAndForgotten", marks},
		{"AReleaseIsRemembered", releaseRemembered},
		{"ALeaseIsHeldByOne", heldByOne},
		{"ANewGroupIsLikeTheLiveOne", likeness},
		{"MetricsAreThereOrSaidToBeMissing", metrics},
		{"GroupsRefuseAsAWSDoes", groupRefusals},
		{"ImagesAndInstancesRefuseAsAWSDoes", computeRefusals},
		{"ParametersAreDescribed", parameters},
		{"InterfacesAreFoundByWhoAskedForThem", requesters},
		{"AnswersHaveWhatAWSTells", told},
		{"BalancersRefuseAsAWSDoes", balancerRefusals},
		{"MetricsRefuseAsAWSDoes", metricRefusals},
	}
}

func (h *Harness) ec2() *ec2.Client                 { return ec2.NewFromConfig(h.Config) }
func (h *Harness) autoscaling() *autoscaling.Client { return autoscaling.NewFromConfig(h.Config) }
func (h *Harness) cloudwatch() *cloudwatch.Client   { return cloudwatch.NewFromConfig(h.Config) }
func (h *Harness) elb() *elasticloadbalancing.Client {
	return elasticloadbalancing.NewFromConfig(h.Config)
}

func (h *Harness) elbv2() *elasticloadbalancingv2.Client {
	return elasticloadbalancingv2.NewFromConfig(h.Config)
}

const app gekko.AppName = "conform"

// snapshot makes a launch template under a snapshot's name; the image is the
// harness's own.
func (h *Harness) snapshot(t *testing.T, age time.Duration) gekko.Snapshot {
	t.Helper()
	s := gekko.Snapshot{
		Name: gekko.NewSnapshotName(app, time.Now().Add(-age)), State: gekko.SnapshotAvailable,
		Image: gekko.ImageID(h.Image), Version: 1, Port: h.Port, HealthPath: h.Health,
		Commit: "0123456789abcdef0123456789abcdef01234567",
	}
	out, err := h.ec2().CreateLaunchTemplate(t.Context(), &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String(string(s.Name)),
		LaunchTemplateData: &types.RequestLaunchTemplateData{
			ImageId: &h.Image, InstanceType: types.InstanceType(h.InstanceType),
		},
	})
	must(t, err)
	t.Cleanup(func() {
		h.ec2().DeleteLaunchTemplate(context.WithoutCancel(t.Context()), &ec2.DeleteLaunchTemplateInput{LaunchTemplateId: out.LaunchTemplate.LaunchTemplateId})
	})
	s.Template = gekko.TemplateID(aws.ToString(out.LaunchTemplate.LaunchTemplateId))
	return s
}

// launch puts a group of one instance behind a balancer and waits until it
// serves. It goes when the test is over.
func (h *Harness) launch(t *testing.T, s gekko.Snapshot, b gekko.Balancer) gekko.Group {
	t.Helper()
	site, err := h.Cloud.Site(t.Context(), b, nil)
	must(t, err)
	l := gekko.Launch{Snapshot: s, Size: gekko.Size{Min: 1, Max: 2, Desired: 1}, Balancer: b, Subnets: site.Subnets}
	t.Cleanup(func() { h.remove(t, gekko.GroupName(s.Name)) })
	must(t, h.Cloud.Launch(t.Context(), l))
	must(t, h.Cloud.Launch(t.Context(), l)) // the second is the same
	return h.serving(t, s, b, 1)
}

func (h *Harness) serving(t *testing.T, s gekko.Snapshot, b gekko.Balancer, n int) gekko.Group {
	t.Helper()
	var g gekko.Group
	h.until(t, "the group serves", func() bool {
		g = h.group(t, s, b)
		return g.Serving() == n && len(g.Instances) == n
	})
	return g
}

func (h *Harness) group(t *testing.T, s gekko.Snapshot, b gekko.Balancer) gekko.Group {
	t.Helper()
	g, _ := h.observe(t, b).Group(gekko.GroupName(s.Name))
	return g
}

func (h *Harness) observe(t *testing.T, b gekko.Balancer) gekko.Fleet {
	t.Helper()
	f, err := h.Cloud.Observe(t.Context(), app, b)
	must(t, err)
	return f
}

// remove ends a group with its instances.
func (h *Harness) remove(t *testing.T, name gekko.GroupName) {
	ctx := context.WithoutCancel(t.Context())
	if err := h.Cloud.Delete(ctx, name, true); err != nil {
		t.Error(err)
	}
	h.until(t, "the group is gone", func() bool {
		out, err := h.autoscaling().DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{string(name)}})
		return err == nil && len(out.AutoScalingGroups) == 0
	})
}

// until looks again and again.
func (h *Harness) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begun := time.Now(); !is(); {
		if time.Since(begun) > h.Patience {
			t.Fatalf("after %v not yet: %s", h.Patience, what)
		}
		pause := time.NewTimer(h.Poll)
		<-pause.C
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks an error's code and, unless it is empty, its message, in which
// AWS's own words are quoted.
func refused(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	api, ok := errors.AsType[smithy.APIError](err)
	switch {
	case !ok:
		t.Errorf("%s: %v, want %s", what, err, code)
	case api.ErrorCode() != code:
		t.Errorf("%s: %s (%s), want %s", what, api.ErrorCode(), api.ErrorMessage(), code)
	case message != "" && api.ErrorMessage() != message:
		t.Errorf("%s: %q, want %q", what, api.ErrorMessage(), message)
	}
}
