package cloudtest

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gekko"
)

// told looks for what AWS's own sample answers have and gekko does not read.
func told(t *testing.T, h *Harness) {
	ctx := t.Context()
	zones, err := h.ec2().DescribeAvailabilityZones(ctx, &ec2.DescribeAvailabilityZonesInput{})
	must(t, err)
	if zones.AvailabilityZones[0].Messages == nil {
		t.Error("a zone without messages has no list of them")
	}
	gates, err := h.ec2().DescribeInternetGateways(ctx, &ec2.DescribeInternetGatewaysInput{})
	must(t, err)
	if gates.InternetGateways[0].Tags == nil {
		t.Error("a gateway without tags has no list of them")
	}
	old, err := h.elb().DescribeLoadBalancers(ctx, &elasticloadbalancing.DescribeLoadBalancersInput{LoadBalancerNames: []string{h.Classic}})
	must(t, err)
	if aws.ToString(old.LoadBalancerDescriptions[0].CanonicalHostedZoneNameID) == "" {
		t.Error("a Classic balancer is in no hosted zone")
	}
	all, err := h.elbv2().DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{})
	must(t, err)
	alb := all.LoadBalancers[0]
	if aws.ToString(alb.CanonicalHostedZoneId) == "" || len(alb.SecurityGroups) == 0 {
		t.Errorf("an ALB is in hosted zone %q and in %d security groups", aws.ToString(alb.CanonicalHostedZoneId), len(alb.SecurityGroups))
	}
	h.speed(t)
	h.associated(t)
}

// speed is a volume's that nobody asked for.
func (h *Harness) speed(t *testing.T) {
	zones, err := h.ec2().DescribeAvailabilityZones(t.Context(), &ec2.DescribeAvailabilityZonesInput{})
	must(t, err)
	v, err := h.ec2().CreateVolume(t.Context(), &ec2.CreateVolumeInput{
		AvailabilityZone: zones.AvailabilityZones[0].ZoneName, Size: aws.Int32(80), VolumeType: types.VolumeTypeGp2,
	})
	must(t, err)
	t.Cleanup(func() {
		h.ec2().DeleteVolume(context.WithoutCancel(t.Context()), &ec2.DeleteVolumeInput{VolumeId: v.VolumeId})
	})
	if got := aws.ToInt32(v.Iops); got != 240 {
		t.Errorf("a gp2 volume of 80 GB does %d operations a second, want 240", got)
	}
}

// associated looks at the public address of an instance's interface.
func (h *Harness) associated(t *testing.T) {
	b := gekko.Balancer{Classic: h.Classic}
	g := h.launch(t, h.snapshot(t, 0), b)
	out, err := h.ec2().DescribeNetworkInterfaces(t.Context(), &ec2.DescribeNetworkInterfacesInput{Filters: []types.Filter{
		{Name: aws.String("attachment.instance-id"), Values: []string{string(g.Instances[0].ID)}},
	}})
	must(t, err)
	n := out.NetworkInterfaces[0]
	if n.Association == nil || aws.ToString(n.Association.PublicIp) == "" || n.PrivateIpAddresses[0].Association == nil {
		t.Errorf("the interface of a public instance has the association %+v", n.Association)
	}
	if n.TagSet == nil {
		t.Error("an interface without tags has no list of them")
	}
}
