package scaling_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"gekko/local"
	"gekko/local/machine"
)

// cloud is the whole embedded cloud, called by the real SDK over AWS's own
// protocols; its instances are functions.
type cloud struct {
	t       *testing.T
	groups  *autoscaling.Client
	ec2     *ec2.Client
	elb     *elbv2.Client
	metrics *cloudwatch.Client
	sick    sync.Map // instances whose health check fails
}

func inCloud(t *testing.T, test func(*cloud)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{t: t}
		var mu sync.Mutex // guards made
		var made []machine.Machine
		w, err := local.New(local.Options{
			Dir: dir, BootTime: 10 * time.Second, Listen: local.Silent,
			Machines: func(s machine.Spec) (machine.Machine, error) {
				m := machine.NewFunc(s, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if _, sick := c.sick.Load(s.ID); sick {
						rw.WriteHeader(http.StatusInternalServerError)
					}
				}))
				mu.Lock()
				defer mu.Unlock()
				made = append(made, m)
				return m, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		key, secret := w.Credentials()
		config := aws.Config{
			Region: "us-east-1", BaseEndpoint: aws.String("http://127.0.0.1"), HTTPClient: w.Client(), RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
		}
		c.groups, c.ec2, c.elb, c.metrics = autoscaling.NewFromConfig(config), ec2.NewFromConfig(config), elbv2.NewFromConfig(config), cloudwatch.NewFromConfig(config)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { w.Run(ctx); close(ended) }()
		test(c)
		cancel()
		<-ended
		for _, m := range made {
			m.Kill()
		}
	})
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// furnish makes a template and a target group behind a listener.
func (c *cloud) furnish() (pool string) {
	t, ctx := c.t, c.t.Context()
	t.Helper()
	images := must[*ec2.DescribeImagesOutput](t)(c.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{}))
	must[*ec2.CreateLaunchTemplateOutput](t)(c.ec2.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("web"),
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: images.Images[0].ImageId, InstanceType: ec2types.InstanceTypeT3Micro},
	}))
	made := must[*elbv2.CreateTargetGroupOutput](t)(c.elb.CreateTargetGroup(ctx, &elbv2.CreateTargetGroupInput{
		Name: aws.String("web"), Protocol: elbv2types.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: c.subnets()[0].VpcId,
		HealthCheckIntervalSeconds: aws.Int32(5), HealthyThresholdCount: aws.Int32(2), UnhealthyThresholdCount: aws.Int32(2), HealthCheckTimeoutSeconds: aws.Int32(2),
	}))
	pool = *made.TargetGroups[0].TargetGroupArn
	must[*elbv2.ModifyTargetGroupAttributesOutput](t)(c.elb.ModifyTargetGroupAttributes(ctx, &elbv2.ModifyTargetGroupAttributesInput{
		TargetGroupArn: &pool, Attributes: []elbv2types.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("60")}},
	}))
	subnets := c.subnetIDs()
	balancer := must[*elbv2.CreateLoadBalancerOutput](t)(c.elb.CreateLoadBalancer(ctx, &elbv2.CreateLoadBalancerInput{Name: aws.String("main"), Subnets: subnets}))
	must[*elbv2.CreateListenerOutput](t)(c.elb.CreateListener(ctx, &elbv2.CreateListenerInput{
		LoadBalancerArn: balancer.LoadBalancers[0].LoadBalancerArn, Port: aws.Int32(8000), Protocol: elbv2types.ProtocolEnumHttp,
		DefaultActions: []elbv2types.Action{{Type: elbv2types.ActionTypeEnumForward, TargetGroupArn: &pool}},
	}))
	return pool
}

func (c *cloud) subnets() []ec2types.Subnet {
	c.t.Helper()
	return must[*ec2.DescribeSubnetsOutput](c.t)(c.ec2.DescribeSubnets(c.t.Context(), &ec2.DescribeSubnetsInput{})).Subnets
}

func (c *cloud) subnetIDs() []string {
	var ids []string
	for _, s := range c.subnets() {
		ids = append(ids, *s.SubnetId)
	}
	return ids
}

func (c *cloud) group() types.AutoScalingGroup {
	c.t.Helper()
	out := must[*autoscaling.DescribeAutoScalingGroupsOutput](c.t)(c.groups.DescribeAutoScalingGroups(c.t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{}))
	if len(out.AutoScalingGroups) != 1 {
		c.t.Fatalf("%d groups", len(out.AutoScalingGroups))
	}
	return out.AutoScalingGroups[0]
}

// targets counts the pool's targets by their state.
func (c *cloud) targets(pool string) map[string]int {
	c.t.Helper()
	all := map[string]int{}
	for _, d := range must[*elbv2.DescribeTargetHealthOutput](c.t)(c.elb.DescribeTargetHealth(c.t.Context(), &elbv2.DescribeTargetHealthInput{TargetGroupArn: &pool})).TargetHealthDescriptions {
		all[string(d.TargetHealth.State)]++
	}
	return all
}

func TestAGroupSpreadsReplacesAndDrainsOnTheWholeCloud(t *testing.T) {
	inCloud(t, func(c *cloud) {
		t, ctx := c.t, c.t.Context()
		pool := c.furnish()
		subnets := c.subnetIDs()
		must[*autoscaling.CreateAutoScalingGroupOutput](t)(c.groups.CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("g"), MinSize: aws.Int32(1), MaxSize: aws.Int32(6), DesiredCapacity: aws.Int32(3),
			LaunchTemplate:    &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web"), Version: aws.String("$Latest")},
			VPCZoneIdentifier: aws.String(strings.Join(subnets, ",")), TargetGroupARNs: []string{pool},
			HealthCheckType: aws.String("ELB"), HealthCheckGracePeriod: aws.Int32(60),
			Tags: []types.Tag{{Key: aws.String("app"), Value: aws.String("hello"), PropagateAtLaunch: aws.Bool(true)}},
		}))
		time.Sleep(2 * time.Minute)
		g := c.group()
		zones := map[string]bool{}
		for _, i := range g.Instances {
			zones[*i.AvailabilityZone] = true
			if i.LifecycleState != types.LifecycleStateInService || *i.LaunchTemplate.Version != "1" {
				t.Errorf("%s is %s, of version %s", *i.InstanceId, i.LifecycleState, *i.LaunchTemplate.Version)
			}
		}
		if len(g.Instances) != 3 || len(zones) != 3 {
			t.Fatalf("%d instances in %d zones", len(g.Instances), len(zones))
		}
		if diff := cmp.Diff(map[string]int{"healthy": 3}, c.targets(pool)); diff != "" {
			t.Error(diff)
		}
		tagged := must[*ec2.DescribeInstancesOutput](t)(c.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{
			{Name: aws.String("tag:aws:autoscaling:groupName"), Values: []string{"g"}}, {Name: aws.String("tag:app"), Values: []string{"hello"}},
		}}))
		if len(tagged.Reservations) != 3 {
			t.Errorf("%d instances bear the group's tags", len(tagged.Reservations))
		}

		c.sick.Store(*g.Instances[0].InstanceId, true)
		time.Sleep(4 * time.Minute) // found out, drained, replaced
		if diff := cmp.Diff(map[string]int{"healthy": 3}, c.targets(pool)); diff != "" {
			t.Error("after one fell sick:", diff)
		}
		must[*autoscaling.SetDesiredCapacityOutput](t)(c.groups.SetDesiredCapacity(ctx, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("g"), DesiredCapacity: aws.Int32(1)}))
		time.Sleep(30 * time.Second)
		if diff := cmp.Diff(map[string]int{"healthy": 1, "draining": 2}, c.targets(pool)); diff != "" {
			t.Error("while two leave:", diff)
		}
		time.Sleep(2 * time.Minute)
		if n := len(c.group().Instances); n != 1 {
			t.Errorf("%d instances are left, want 1", n)
		}
		c.refusals()
	})
}

// refusals wants AWS's error codes over the wire.
func (c *cloud) refusals() {
	ctx := c.t.Context()
	_, small := c.groups.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String("g"), DesiredCapacity: aws.Int32(7)})
	_, busy := c.groups.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("g")})
	_, placed := c.groups.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String("g"), PlacementGroup: aws.String("p")})
	_, alarm := c.metrics.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"none"}})
	var got []string
	for _, err := range []error{small, busy, placed, alarm} {
		var refused smithy.APIError
		if !errors.As(err, &refused) {
			c.t.Fatalf("not refused: %v", err)
		}
		got = append(got, refused.ErrorCode())
	}
	if want := []string{"ValidationError", "ResourceInUse", "UnsupportedOperation", "ResourceNotFound"}; !slices.Equal(got, want) {
		c.t.Errorf("refused with %v, want %v", got, want)
	}
}
