package local_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local"
	"gekko/local/fault"
	"gekko/local/flow"
	"gekko/local/machine"
)

// stage is a world in a bubble in which requests come by the number.
type stage struct {
	testing.TB
	world    *local.World
	ec2      *ec2.Client
	groups   *autoscaling.Client
	v2       *elbv2.Client
	classic  *elb.Client
	metrics  *cloudwatch.Client
	balancer string // its ALB
	vpc      *string
	listener *string
	served   *clocked
	end      func()

	mu       sync.Mutex // guards machines
	machines map[string]*machine.Func
}

// newStage starts a world with an ALB called web on port 80. It is called in a
// bubble, which it ends with end.
func newStage(t testing.TB, dir string, change ...func(*local.Options)) *stage {
	t.Helper()
	s := &stage{TB: t, machines: map[string]*machine.Func{}}
	o := local.Options{Dir: dir, BootTime: 20 * time.Second, Period: time.Minute, Listen: local.Silent, LowPorts: true, Machines: s.machine}
	for _, c := range change {
		c(&o)
	}
	var err error
	s.world, err = local.New(o)
	s.check(err)
	s.check(s.world.Seed(t.Context(), local.Like{ALB: "web", ALBPort: 80, ServicePort: 8080}))
	s.served = &clocked{Client: s.world.Client()}
	key, secret := s.world.Credentials()
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String("http://127.0.0.1"), HTTPClient: s.served,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	}
	s.ec2, s.groups, s.metrics = ec2.NewFromConfig(config), autoscaling.NewFromConfig(config), cloudwatch.NewFromConfig(config)
	s.v2, s.classic = elbv2.NewFromConfig(config), elb.NewFromConfig(config)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { s.world.Run(ctx); close(ended) }()
	s.end = func() {
		cancel()
		<-ended
		for _, m := range s.machines {
			m.Kill()
		}
	}
	s.furnish()
	return s
}

func (s *stage) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) machine(spec machine.Spec) (machine.Machine, error) {
	m := machine.NewFunc(spec, nil)
	m.Health = func(string) int { return 200 }
	s.mu.Lock()
	defer s.mu.Unlock()
	s.machines[spec.ID] = m
	return m, nil
}

// furnish finds the balancer and makes a launch template.
func (s *stage) furnish() {
	ctx := context.Background()
	lbs, err := s.v2.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{})
	s.check(err)
	s.balancer = strings.SplitAfterN(*lbs.LoadBalancers[0].LoadBalancerArn, ":loadbalancer/", 2)[1]
	s.vpc = lbs.LoadBalancers[0].VpcId
	listeners, err := s.v2.DescribeListeners(ctx, &elbv2.DescribeListenersInput{LoadBalancerArn: lbs.LoadBalancers[0].LoadBalancerArn})
	s.check(err)
	s.listener = listeners.Listeners[0].ListenerArn
	images, err := s.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{})
	s.check(err)
	_, err = s.ec2.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("web"),
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: images.Images[0].ImageId, InstanceType: ec2types.InstanceTypeT3Micro},
	})
	s.check(err)
}

// pool makes a target group.
func (s *stage) pool(name string) (arn string) {
	s.Helper()
	made, err := s.v2.CreateTargetGroup(context.Background(), &elbv2.CreateTargetGroupInput{
		Name: &name, Protocol: elbv2types.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: s.vpc,
	})
	s.check(err)
	return *made.TargetGroups[0].TargetGroupArn
}

// weigh sets the weights of the listener's target groups.
func (s *stage) weigh(weights map[string]int32) {
	s.Helper()
	var tuples []elbv2types.TargetGroupTuple
	for arn, weight := range weights {
		tuples = append(tuples, elbv2types.TargetGroupTuple{TargetGroupArn: &arn, Weight: &weight})
	}
	slices.SortFunc(tuples, func(x, y elbv2types.TargetGroupTuple) int { return cmp.Compare(*x.TargetGroupArn, *y.TargetGroupArn) })
	_, err := s.v2.ModifyListener(context.Background(), &elbv2.ModifyListenerInput{
		ListenerArn: s.listener, DefaultActions: []elbv2types.Action{{
			Type: elbv2types.ActionTypeEnumForward, ForwardConfig: &elbv2types.ForwardActionConfig{TargetGroups: tuples},
		}},
	})
	s.check(err)
}

// group makes an auto-scaling group of so many instances in a target group.
func (s *stage) group(name string, size int32, pools ...string) {
	s.Helper()
	_, err := s.groups.CreateAutoScalingGroup(context.Background(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &name, MinSize: aws.Int32(0), DesiredCapacity: &size, MaxSize: aws.Int32(size + 20), AvailabilityZones: []string{"us-east-1a", "us-east-1b", "us-east-1c"},
		LaunchTemplate: launchTemplate(), TargetGroupARNs: pools,
	})
	s.check(err)
}

func (s *stage) flow(rate float64) {
	s.Helper()
	s.check(s.world.Flow(local.Flow{Balancer: "web", Port: 80, Rate: func(time.Time) float64 { return rate }}))
}

// sum adds a metric of the ALB up since the world began. Dimensions are given in
// pairs, after that of the balancer.
func (s *stage) sum(metric, stat string, dims ...string) float64 {
	s.Helper()
	all := []cwtypes.Dimension{{Name: aws.String("LoadBalancer"), Value: &s.balancer}}
	for i := 0; i < len(dims); i += 2 {
		all = append(all, cwtypes.Dimension{Name: &dims[i], Value: &dims[i+1]})
	}
	out, err := s.metrics.GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(time.Now().Add(-24 * time.Hour)), EndTime: aws.Time(time.Now()),
		MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("m"), MetricStat: &cwtypes.MetricStat{
			Period: aws.Int32(60), Stat: &stat, Metric: &cwtypes.Metric{Namespace: aws.String("AWS/ApplicationELB"), MetricName: &metric, Dimensions: all},
		}}},
	})
	s.check(err)
	var sum float64
	for _, v := range out.MetricDataResults[0].Values {
		sum += v
	}
	return sum
}

func resource(arn string) string { return arn[strings.Index(arn, "targetgroup/"):] }

func (s *stage) expectLosses(want ...flow.Loss) {
	s.Helper()
	got := s.world.Losses()
	for i := range got {
		got[i].At = time.Time{}
	}
	if !slices.Equal(got, want) {
		s.Errorf("lost:\n%+v\nwant:\n%+v", got, want)
	}
}

func TestAFlowIsSplitByWeightAndCountedAsRequestsAre(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir, func(o *local.Options) {
			o.Machines = func(spec machine.Spec) (machine.Machine, error) {
				m := machine.NewFunc(spec, nil)
				m.Health = func(string) int { return 200 }
				m.Serve = func(s flow.Span) (out flow.Served) {
					out.Failed = s.N / 10
					out.Took.Add(20*time.Millisecond, s.N-s.N/4)
					out.Took.Add(300*time.Millisecond, s.N/4)
					return out
				}
				return m, nil
			}
		})
		defer s.end()
		old, fresh := s.pool("old"), s.pool("new")
		s.weigh(map[string]int32{old: 9, fresh: 1})
		s.group("old", 3, old)
		s.group("new", 2, fresh)
		time.Sleep(3 * time.Minute)
		s.flow(100)
		time.Sleep(10*time.Minute + time.Second)
		for _, c := range []struct {
			metric, stat string
			dims         []string
			want         float64
		}{
			{"RequestCount", "Sum", nil, 60_000},
			{"RequestCount", "Sum", []string{"TargetGroup", resource(old)}, 54_000},
			{"RequestCount", "Sum", []string{"TargetGroup", resource(fresh)}, 6_000},
			{"RequestCount", "Sum", []string{"TargetGroup", resource(old), "AvailabilityZone", "us-east-1a"}, 18_000},
			{"HTTPCode_Target_5XX_Count", "Sum", []string{"TargetGroup", resource(fresh)}, 600},
			{"HTTPCode_Target_2XX_Count", "Sum", []string{"TargetGroup", resource(fresh)}, 5_400},
			{"HTTPCode_Target_4XX_Count", "SampleCount", []string{"TargetGroup", resource(fresh)}, 0},
			{"HTTPCode_ELB_5XX_Count", "SampleCount", nil, 0},
			{"TargetResponseTime", "TC(0.02:)", []string{"TargetGroup", resource(fresh)}, 1_500},
			{"TargetResponseTime", "SampleCount", []string{"TargetGroup", resource(fresh)}, 6_000},
		} {
			if got := s.sum(c.metric, c.stat, c.dims...); got != c.want {
				t.Errorf("%s %s of %v is %v, want %v", c.stat, c.metric, c.dims, got, c.want)
			}
		}
		s.expectLosses()
	})
}

func TestAFlowToAnEmptyWeightedGroupIsLost(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir)
		defer s.end()
		old, fresh := s.pool("old"), s.pool("new")
		s.weigh(map[string]int32{old: 9, fresh: 1})
		s.group("old", 3, old)
		time.Sleep(2 * time.Minute)
		s.flow(10)
		time.Sleep(2*time.Minute + time.Second)
		s.expectLosses(flow.Loss{Cause: flow.NoTarget, Balancer: "web", Requests: 121})
		if got := s.sum("HTTPCode_ELB_503_Count", "Sum"); got != 120 {
			t.Errorf("the balancer counted %v of its own answers, want 120", got)
		}
	})
}

func TestOnlyWhatDrainsLosesNothing(t *testing.T) {
	for _, drained := range []bool{true, false} {
		t.Run(fmt.Sprintf("drained %v", drained), func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, dir)
				defer s.end()
				pool := s.pool("old")
				s.weigh(map[string]int32{pool: 1})
				s.group("old", 3, pool)
				time.Sleep(2 * time.Minute)
				s.flow(300)
				time.Sleep(90*time.Second + 500*time.Millisecond)
				id := s.first("old")
				if drained {
					s.detach("old", id)
				}
				_, err := s.ec2.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
				s.check(err)
				time.Sleep(2 * time.Minute)
				lost := map[flow.Cause]int{}
				for _, l := range s.world.Losses() {
					lost[l.Cause] += l.Requests
				}
				if drained != (len(lost) == 0) {
					t.Errorf("lost %v", lost)
				}
			})
		})
	}
}

func (s *stage) first(group string) string {
	s.Helper()
	out, err := s.groups.DescribeAutoScalingGroups(context.Background(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{group}})
	s.check(err)
	return *out.AutoScalingGroups[0].Instances[0].InstanceId
}

// detach takes an instance out of its group and waits until it is drained.
func (s *stage) detach(group, id string) {
	s.Helper()
	_, err := s.groups.DetachInstances(context.Background(), &autoscaling.DetachInstancesInput{
		AutoScalingGroupName: &group, InstanceIds: []string{id}, ShouldDecrementDesiredCapacity: aws.Bool(true),
	})
	s.check(err)
	time.Sleep(6 * time.Minute)
}

func TestAClassicBalancerSendsARefusedFlowElsewhere(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, dir)
		defer s.end()
		_, err := s.classic.CreateLoadBalancer(t.Context(), &elb.CreateLoadBalancerInput{
			LoadBalancerName: aws.String("old"), AvailabilityZones: []string{"us-east-1a", "us-east-1b", "us-east-1c"},
			Listeners: []elbtypes.Listener{{Protocol: aws.String("HTTP"), LoadBalancerPort: 80, InstancePort: aws.Int32(8080)}},
		})
		s.check(err)
		_, err = s.groups.CreateAutoScalingGroup(t.Context(), &autoscaling.CreateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("web"), MinSize: aws.Int32(3), MaxSize: aws.Int32(3), AvailabilityZones: []string{"us-east-1a", "us-east-1b", "us-east-1c"},
			LaunchTemplate: launchTemplate(), LoadBalancerNames: []string{"old"},
		})
		s.check(err)
		time.Sleep(8 * time.Minute)
		s.check(s.world.Flow(local.Flow{Balancer: "old", Port: 80, Rate: func(time.Time) float64 { return 30 }}))
		time.Sleep(10 * time.Second)
		s.mu.Lock()
		m := s.machines[s.first("web")]
		s.mu.Unlock()
		m.Stop(machine.Crashed)
		time.Sleep(10 * time.Second)
		lost := 0
		for _, l := range s.world.Losses() {
			lost += l.Requests
		}
		if most := int(math.Ceil(300.0 / 9)); lost == 0 || lost > most {
			t.Errorf("lost %d of 300 requests while one of three instances was gone, want up to %d: %+v", lost, most, s.world.Losses())
		}
	})
}

func launchTemplate() *astypes.LaunchTemplateSpecification {
	return &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")}
}

func launchData(image string) *ec2types.RequestLaunchTemplateData {
	return &ec2types.RequestLaunchTemplateData{ImageId: &image}
}

// aws-load-balancer-controller's issue 3270 saw targets get requests for some
// seconds after they had been deregistered.
func TestATargetThatLingersLosesRequestsIfItEndsTooSoon(t *testing.T) {
	for _, wait := range []time.Duration{time.Second, 20 * time.Second} {
		t.Run(wait.String(), func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, dir)
				defer s.end()
				s.world.Fail(fault.Faults{Linger: 10 * time.Second})
				pool := s.pool("old")
				s.weigh(map[string]int32{pool: 1})
				s.group("old", 3, pool)
				time.Sleep(2 * time.Minute)
				s.flow(300)
				id := s.first("old")
				_, err := s.v2.DeregisterTargets(t.Context(), &elbv2.DeregisterTargetsInput{
					TargetGroupArn: &pool, Targets: []elbv2types.TargetDescription{{Id: &id}},
				})
				s.check(err)
				time.Sleep(wait)
				s.check(s.world.Strike(id))
				time.Sleep(time.Minute)
				if lost := s.world.Losses(); (len(lost) > 0) != (wait < 10*time.Second) {
					t.Errorf("lost %+v", lost)
				}
			})
		})
	}
}

func TestAnUnhealthyTargetGroupFailsOpen(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var sick atomic.Bool
		s := newStage(t, dir, func(o *local.Options) {
			o.Machines = func(spec machine.Spec) (machine.Machine, error) {
				m := machine.NewFunc(spec, nil)
				m.Health = func(string) int {
					if sick.Load() {
						return 500
					}
					return 200
				}
				return m, nil
			}
		})
		defer s.end()
		pool := s.pool("old")
		s.weigh(map[string]int32{pool: 1})
		s.group("old", 3, pool)
		time.Sleep(2 * time.Minute)
		sick.Store(true)
		time.Sleep(2 * time.Minute)
		s.flow(10)
		time.Sleep(time.Minute + time.Second)
		s.expectLosses()
		if got := s.sum("HTTPCode_Target_2XX_Count", "Sum", "TargetGroup", resource(pool)); got != 600 {
			t.Errorf("unhealthy targets answered %v requests, want all 600", got)
		}
	})
}
