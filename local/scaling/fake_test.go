package scaling_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/loop"
	"gekko/local/metrics"
	"gekko/local/scaling"
	"gekko/local/wire"
)

// region is three zones of EC2 and two kinds of balancers, as far as groups see
// them: instances run ten seconds after their launch and end ten seconds after
// their termination; targets are healthy after five and drain for thirty.
type region struct {
	loop      *loop.Loop
	instances map[string]*ec2types.Instance
	launches  []*ec2.RunInstancesInput
	order     []string
	full      map[string]bool // zones, or zone/type, without room
	broken    error           // of every launch
	impaired  map[string]bool // instances that fail their status checks
	told      []func(string, ec2types.InstanceStateName)
	targets   map[string]map[string]string // balancer -> instance -> state
}

func (r *region) OnState(f func(string, ec2types.InstanceStateName)) { r.told = append(r.told, f) }

func (r *region) become(id string, state ec2types.InstanceStateName) {
	i := r.instances[id]
	if i.State.Name == ec2types.InstanceStateNameTerminated {
		return
	}
	i.State = &ec2types.InstanceState{Name: state}
	for _, f := range r.told {
		f(id, state)
	}
}

func (r *region) Instance(id string) (ec2types.Instance, bool) {
	if i := r.instances[id]; i != nil {
		return *i, true
	}
	return ec2types.Instance{}, false
}

func (r *region) Impaired(id string) bool { return r.impaired[id] }

func (r *region) SubnetZone(id string) (string, bool) {
	zone, known := map[string]string{"subnet-a": "us-east-1a", "subnet-b": "us-east-1b", "subnet-c": "us-east-1c"}[id]
	return zone, known
}

func (r *region) DefaultSubnet(zone string) (string, bool) {
	id := "subnet-" + zone[len(zone)-1:]
	_, known := r.SubnetZone(id)
	return id, known
}

func (r *region) RunInstances(_ context.Context, in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	if r.broken != nil {
		return nil, r.broken
	}
	zone, _ := r.SubnetZone(aws.ToString(in.SubnetId))
	if r.full[zone] || r.full[zone+"/"+string(in.InstanceType)] {
		return nil, wire.Errorf("InsufficientInstanceCapacity", "We currently do not have sufficient capacity in the Availability Zone you requested (%s).", zone)
	}
	id := fmt.Sprintf("i-%017x", len(r.instances)+1)
	instanceType := in.InstanceType
	if instanceType == "" {
		instanceType = "t3.micro"
	}
	r.instances[id] = &ec2types.Instance{
		InstanceId: &id, ImageId: aws.String("ami-1"), InstanceType: instanceType,
		State: &ec2types.InstanceState{Name: ec2types.InstanceStateNamePending},
	}
	r.order = append(r.order, id)
	r.launches = append(r.launches, in)
	r.loop.After(10*time.Second, func() { r.become(id, ec2types.InstanceStateNameRunning) })
	return &ec2.RunInstancesOutput{Instances: []ec2types.Instance{*r.instances[id]}}, nil
}

func (r *region) TerminateInstances(_ context.Context, in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	for _, id := range in.InstanceIds {
		r.become(id, ec2types.InstanceStateNameShuttingDown)
		r.loop.After(10*time.Second, func() { r.become(id, ec2types.InstanceStateNameTerminated) })
	}
	return &ec2.TerminateInstancesOutput{}, nil
}

func (r *region) DescribeLaunchTemplateVersions(_ context.Context, in *ec2.DescribeLaunchTemplateVersionsInput) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	if aws.ToString(in.LaunchTemplateId) != "lt-1" && aws.ToString(in.LaunchTemplateName) != "web" {
		return nil, wire.Errorf("InvalidLaunchTemplateName.NotFoundException", "no such template")
	}
	numbers := map[string]int64{"1": 1, "2": 2, "$Default": 1, "$Latest": 2}
	n, known := numbers[in.Versions[0]]
	if !known {
		return nil, wire.Errorf("InvalidLaunchTemplateId.VersionNotFound", "no such version")
	}
	return &ec2.DescribeLaunchTemplateVersionsOutput{LaunchTemplateVersions: []ec2types.LaunchTemplateVersion{{
		LaunchTemplateId: aws.String("lt-1"), LaunchTemplateName: aws.String("web"), VersionNumber: &n,
		CreateTime:         aws.Time(time.Unix(n, 0)),
		LaunchTemplateData: &ec2types.ResponseLaunchTemplateData{ImageId: aws.String("ami-1"), InstanceType: "t3.micro"},
	}}}, nil
}

// balancer makes a Classic balancer or, by an ARN, a target group.
func (r *region) balancer(id string) { r.targets[id] = map[string]string{} }

func (r *region) enter(balancer, id string) {
	r.targets[balancer][id] = "initial"
	r.loop.After(5*time.Second, func() {
		if r.targets[balancer][id] == "initial" {
			r.targets[balancer][id] = "healthy"
		}
	})
}

func (r *region) exit(balancer, id string) {
	r.targets[balancer][id] = "draining"
	r.loop.After(30*time.Second, func() { delete(r.targets[balancer], id) })
}

func (r *region) DescribeTargetGroups(_ context.Context, in *elbv2.DescribeTargetGroupsInput) (*elbv2.DescribeTargetGroupsOutput, error) {
	if r.targets[in.TargetGroupArns[0]] == nil {
		return nil, wire.Errorf("TargetGroupNotFound", "One or more target groups not found")
	}
	return &elbv2.DescribeTargetGroupsOutput{TargetGroups: []elbv2types.TargetGroup{{TargetGroupArn: &in.TargetGroupArns[0], TargetType: "instance"}}}, nil
}

func (r *region) RegisterTargets(_ context.Context, in *elbv2.RegisterTargetsInput) (*elbv2.RegisterTargetsOutput, error) {
	r.enter(*in.TargetGroupArn, *in.Targets[0].Id)
	return &elbv2.RegisterTargetsOutput{}, nil
}

func (r *region) DeregisterTargets(_ context.Context, in *elbv2.DeregisterTargetsInput) (*elbv2.DeregisterTargetsOutput, error) {
	r.exit(*in.TargetGroupArn, *in.Targets[0].Id)
	return &elbv2.DeregisterTargetsOutput{}, nil
}

func (r *region) DescribeTargetHealth(_ context.Context, in *elbv2.DescribeTargetHealthInput) (*elbv2.DescribeTargetHealthOutput, error) {
	out := &elbv2.DescribeTargetHealthOutput{}
	for id, state := range r.targets[*in.TargetGroupArn] {
		out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, elbv2types.TargetHealthDescription{
			Target:       &elbv2types.TargetDescription{Id: aws.String(id)},
			TargetHealth: &elbv2types.TargetHealth{State: elbv2types.TargetHealthStateEnum(state)},
		})
	}
	return out, nil
}

func (r *region) DescribeLoadBalancersClassic(_ context.Context, in *elb.DescribeLoadBalancersInput) (*elb.DescribeLoadBalancersOutput, error) {
	if r.targets[in.LoadBalancerNames[0]] == nil {
		return nil, wire.Errorf("LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '%s'", in.LoadBalancerNames[0])
	}
	return &elb.DescribeLoadBalancersOutput{LoadBalancerDescriptions: []elbtypes.LoadBalancerDescription{{}}}, nil
}

func (r *region) RegisterInstancesWithLoadBalancer(_ context.Context, in *elb.RegisterInstancesWithLoadBalancerInput) (*elb.RegisterInstancesWithLoadBalancerOutput, error) {
	r.enter(*in.LoadBalancerName, *in.Instances[0].InstanceId)
	return &elb.RegisterInstancesWithLoadBalancerOutput{}, nil
}

func (r *region) DeregisterInstancesFromLoadBalancer(_ context.Context, in *elb.DeregisterInstancesFromLoadBalancerInput) (*elb.DeregisterInstancesFromLoadBalancerOutput, error) {
	r.exit(*in.LoadBalancerName, *in.Instances[0].InstanceId)
	return &elb.DeregisterInstancesFromLoadBalancerOutput{}, nil
}

func (r *region) DescribeInstanceHealth(_ context.Context, in *elb.DescribeInstanceHealthInput) (*elb.DescribeInstanceHealthOutput, error) {
	out := &elb.DescribeInstanceHealthOutput{}
	for id, state := range r.targets[*in.LoadBalancerName] {
		s := elbtypes.InstanceState{InstanceId: aws.String(id), State: aws.String("OutOfService"), Description: aws.String("N/A")}
		switch state {
		case "healthy":
			s.State = aws.String("InService")
		case "draining":
			s.State, s.Description = aws.String("InService"), aws.String("Instance deregistration currently in progress.")
		case "unhealthy":
			s.ReasonCode = aws.String("Instance")
		}
		out.InstanceStates = append(out.InstanceStates, s)
	}
	return out, nil
}

// account is a region with Auto Scaling in it, driven from outside the loop.
type account struct {
	*region
	t       *testing.T
	scaling *scaling.Scaling
	metrics *metrics.Store
}

func newAccount(t *testing.T) *account {
	l := &loop.Loop{}
	a := &account{
		t: t,
		region: &region{
			loop: l, instances: map[string]*ec2types.Instance{}, full: map[string]bool{}, targets: map[string]map[string]string{},
		},
		metrics: metrics.New(metrics.Options{Account: "000000000000", Region: "us-east-1", Loop: l}),
	}
	a.scaling = scaling.New(scaling.Options{
		Account: "000000000000", Region: "us-east-1", Loop: l, Compute: a.region, Balancers: a.region, Metrics: a.metrics,
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { l.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return a
}

// do calls an operation that must succeed, as a client would.
func do[In, Out any](a *account, f func(context.Context, *In) (*Out, error), in *In) *Out {
	a.t.Helper()
	out, err := try(a, f, in)
	if err != nil {
		a.t.Fatal(err)
	}
	return out
}

func try[In, Out any](a *account, f func(context.Context, *In) (*Out, error), in *In) (out *Out, err error) {
	a.loop.Do(func() { out, err = f(a.t.Context(), in) })
	return out, err
}

// refused wants AWS's code and words.
func refused[In, Out any](a *account, f func(context.Context, *In) (*Out, error), in *In, want string) {
	a.t.Helper()
	_, err := try(a, f, in)
	if err == nil || err.Error() != want {
		a.t.Errorf("refused with %v, want %s", err, want)
	}
}

func (a *account) create(in autoscaling.CreateAutoScalingGroupInput) {
	a.t.Helper()
	in.AutoScalingGroupName = aws.String("g")
	if in.MaxSize == nil {
		in.MaxSize = aws.Int32(10)
	}
	if in.MinSize == nil {
		in.MinSize = aws.Int32(0)
	}
	if in.LaunchTemplate == nil && in.MixedInstancesPolicy == nil && in.LaunchConfigurationName == nil {
		in.LaunchTemplate = &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")}
	}
	if in.VPCZoneIdentifier == nil {
		in.VPCZoneIdentifier = aws.String("subnet-a,subnet-b,subnet-c")
	}
	do(a, a.scaling.CreateAutoScalingGroup, &in)
}

func (a *account) group() types.AutoScalingGroup {
	a.t.Helper()
	out := do(a, a.scaling.DescribeAutoScalingGroups, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"g"}})
	if len(out.AutoScalingGroups) != 1 {
		a.t.Fatalf("%d groups are described", len(out.AutoScalingGroups))
	}
	return out.AutoScalingGroups[0]
}

// states counts the members by their lifecycle state.
func (a *account) states() map[types.LifecycleState]int {
	a.t.Helper()
	all := map[types.LifecycleState]int{}
	for _, i := range a.group().Instances {
		all[i.LifecycleState]++
	}
	return all
}

// zones counts the members by their zone.
func (a *account) zones() map[string]int {
	all := map[string]int{}
	for _, i := range a.group().Instances {
		all[*i.AvailabilityZone]++
	}
	return all
}

func (a *account) size(desired int32) {
	a.t.Helper()
	do(a, a.scaling.SetDesiredCapacity, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("g"), DesiredCapacity: &desired})
}

// activities are the group's, the oldest first.
func (a *account) activities() []types.Activity {
	a.t.Helper()
	out := do(a, a.scaling.DescribeScalingActivities, &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("g")})
	slices.Reverse(out.Activities)
	return out.Activities
}

// launched is the id of the nth instance that was ever launched.
func (a *account) launched(n int) string {
	var id string
	a.loop.Do(func() { id = a.order[n] })
	return id
}
