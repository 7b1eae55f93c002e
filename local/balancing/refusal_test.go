package balancing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	classictypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"
)

func TestBalancersRefuseInAWSsWords(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := w.t.Context()
		create := func(change func(*elbv2.CreateLoadBalancerInput)) error {
			in := &elbv2.CreateLoadBalancerInput{Name: aws.String("web"), Subnets: []string{"subnet-a", "subnet-b"}}
			change(in)
			_, err := w.v2.CreateLoadBalancer(ctx, in)
			return err
		}
		w.refused(create(func(in *elbv2.CreateLoadBalancerInput) { in.Subnets = in.Subnets[:1] }), "ValidationError", "At least two subnets in two different Availability Zones must be specified")
		w.refused(create(func(in *elbv2.CreateLoadBalancerInput) { in.Subnets[1] = "subnet-a" }), "InvalidConfigurationRequest", "multiple subnets in the same Availability Zone")
		w.refused(create(func(in *elbv2.CreateLoadBalancerInput) { in.Subnets[1] = "subnet-x" }), "SubnetNotFound", "'subnet-x' does not exist")
		w.refused(create(func(in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String("a_b") }), "ValidationError", "The load balancer name 'a_b' can only contain")
		w.refused(create(func(in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String(strings.Repeat("a", 33)) }), "ValidationError", "cannot be longer than '32' characters")
		w.refused(create(func(in *elbv2.CreateLoadBalancerInput) { in.Type = types.LoadBalancerTypeEnumNetwork }), "UnsupportedOperation", "type network")
		a := w.application(false)
		if err := create(func(*elbv2.CreateLoadBalancerInput) {}); err != nil {
			t.Errorf("asked for again: %v", err)
		}
		w.refused(create(func(in *elbv2.CreateLoadBalancerInput) { in.Subnets[1] = "subnet-c" }), "DuplicateLoadBalancerName", "A load balancer with the same name 'web' exists, but with different settings")
		_, err := w.v2.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{Names: []string{"none"}})
		w.refused(err, "LoadBalancerNotFound", "Load balancers '[none]' not found")
		must[*elbv2.ModifyLoadBalancerAttributesOutput](w.t)(w.v2.ModifyLoadBalancerAttributes(ctx, &elbv2.ModifyLoadBalancerAttributesInput{
			LoadBalancerArn: &a.arn, Attributes: []types.LoadBalancerAttribute{{Key: aws.String("deletion_protection.enabled"), Value: aws.String("true")}},
		}))
		_, err = w.v2.DeleteLoadBalancer(ctx, &elbv2.DeleteLoadBalancerInput{LoadBalancerArn: &a.arn})
		w.refused(err, "OperationNotPermitted", "deletion protection is enabled")
		_, err = w.v2.ModifyLoadBalancerAttributes(ctx, &elbv2.ModifyLoadBalancerAttributesInput{
			LoadBalancerArn: &a.arn, Attributes: []types.LoadBalancerAttribute{{Key: aws.String("access_logs.s3.enabled"), Value: aws.String("true")}},
		})
		w.refused(err, "UnsupportedOperation", "access_logs.s3.enabled")
	})
}

func TestTargetGroupsRefuseInAWSsWords(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := w.t.Context()
		a := w.application(false)
		_, err := w.v2.DeleteTargetGroup(ctx, &elbv2.DeleteTargetGroupInput{TargetGroupArn: &a.first})
		w.refused(err, "ResourceInUse", "Target group '"+a.first+"' is currently in use by a listener or a rule")
		_, err = w.v2.CreateTargetGroup(ctx, &elbv2.CreateTargetGroupInput{Name: aws.String("one"), Port: aws.Int32(1), Protocol: types.ProtocolEnumHttp, VpcId: aws.String("vpc-1")})
		w.refused(err, "DuplicateTargetGroupName", "A target group with the same name 'one' exists, but with different settings")
		_, err = w.v2.CreateTargetGroup(ctx, &elbv2.CreateTargetGroupInput{Name: aws.String("l"), TargetType: types.TargetTypeEnumLambda})
		w.refused(err, "UnsupportedOperation", "type lambda")
		_, err = w.v2.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{Names: []string{"none"}})
		w.refused(err, "TargetGroupNotFound", "One or more target groups not found")
		_, err = w.v2.RegisterTargets(ctx, &elbv2.RegisterTargetsInput{TargetGroupArn: &a.first, Targets: targetsOf([]string{"i-none"})})
		w.refused(err, "InvalidTarget", "i-none")
		i := w.launch("i-1", "eu-west-1a")
		w.become(i, ec2types.InstanceStateNamePending)
		_, err = w.v2.RegisterTargets(ctx, &elbv2.RegisterTargetsInput{TargetGroupArn: &a.first, Targets: targetsOf([]string{"i-1"})})
		w.refused(err, "InvalidTarget", "The following targets are not in a running state and cannot be registered: 'i-1'")
		_, err = w.v2.ModifyTargetGroup(ctx, &elbv2.ModifyTargetGroupInput{TargetGroupArn: &a.first, HealthCheckTimeoutSeconds: aws.Int32(20)})
		w.refused(err, "ValidationError", "must be smaller than the interval")
		_, err = w.v2.ModifyTargetGroupAttributes(ctx, &elbv2.ModifyTargetGroupAttributesInput{
			TargetGroupArn: &a.first, Attributes: []types.TargetGroupAttribute{{Key: aws.String("slow_start.duration_seconds"), Value: aws.String("30")}},
		})
		w.refused(err, "UnsupportedOperation", "slow_start.duration_seconds")
		health := must[*elbv2.DescribeTargetHealthOutput](w.t)(w.v2.DescribeTargetHealth(ctx, &elbv2.DescribeTargetHealthInput{TargetGroupArn: &a.first, Targets: targetsOf([]string{"i-9"})}))
		if h := health.TargetHealthDescriptions[0].TargetHealth; h.State != "unused" || h.Reason != "Target.NotRegistered" {
			t.Errorf("a stranger is %+v", h)
		}
	})
}

func TestListenersAndRulesRefuseInAWSsWords(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := w.t.Context()
		a := w.application(false)
		listen := func(port int32, p types.ProtocolEnum, actions []types.Action) error {
			_, err := w.v2.CreateListener(ctx, &elbv2.CreateListenerInput{LoadBalancerArn: &a.arn, Port: &port, Protocol: p, DefaultActions: actions})
			return err
		}
		w.refused(listen(80, types.ProtocolEnumHttp, forward(tuple(a.first, 1))), "DuplicateListener", "A listener already exists on this port for this load balancer")
		w.refused(listen(443, types.ProtocolEnumHttps, forward(tuple(a.first, 1))), "UnsupportedOperation", "HTTPS")
		w.refused(listen(81, types.ProtocolEnumHttp, forward(tuple("arn:none", 1))), "TargetGroupNotFound", "arn:none")
		w.refused(listen(81, types.ProtocolEnumHttp, forward(tuple(a.first, 1000))), "ValidationError", "between 0 and 999")
		w.refused(listen(81, types.ProtocolEnumHttp, []types.Action{{Type: types.ActionTypeEnumAuthenticateOidc}}), "UnsupportedOperation", "authenticate-oidc")
		rule := func(priority int32, conditions []types.RuleCondition) error {
			_, err := w.v2.CreateRule(ctx, &elbv2.CreateRuleInput{ListenerArn: &a.listener, Priority: &priority, Conditions: conditions, Actions: forward(tuple(a.first, 1))})
			return err
		}
		if err := rule(5, pathIs("/x")); err != nil {
			t.Fatal(err)
		}
		w.refused(rule(5, pathIs("/y")), "PriorityInUse", "Priority '5' is currently in use")
		w.refused(rule(6, []types.RuleCondition{{Field: aws.String("colour"), Values: []string{"red"}}}), "ValidationError", "Condition field 'colour' must be one of")
		rules := must[*elbv2.DescribeRulesOutput](w.t)(w.v2.DescribeRules(ctx, &elbv2.DescribeRulesInput{ListenerArn: &a.listener})).Rules
		last := rules[len(rules)-1]
		if len(rules) != 2 || !*last.IsDefault || *last.Priority != "default" || !strings.HasPrefix(*last.RuleArn, strings.Replace(a.listener, ":listener/", ":listener-rule/", 1)+"/") {
			t.Errorf("described %+v", rules)
		}
		_, err := w.v2.DeleteRule(ctx, &elbv2.DeleteRuleInput{RuleArn: last.RuleArn})
		w.refused(err, "OperationNotPermitted", "cannot be deleted")
		_, err = w.v2.DeleteRule(ctx, &elbv2.DeleteRuleInput{RuleArn: aws.String("none")})
		w.refused(err, "RuleNotFound", "One or more rules not found")
		_, err = w.v2.DeleteListener(ctx, &elbv2.DeleteListenerInput{ListenerArn: aws.String("none")})
		w.refused(err, "ListenerNotFound", "One or more listeners not found")
		must[*elbv2.CreateLoadBalancerOutput](w.t)(w.v2.CreateLoadBalancer(ctx, &elbv2.CreateLoadBalancerInput{Name: aws.String("other"), Subnets: []string{"subnet-a", "subnet-b"}}))
	})
}

func TestClassicRefusesInAWSsWords(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := w.t.Context()
		w.classicBalancer("web")
		create := func(change func(*elb.CreateLoadBalancerInput)) error {
			in := &elb.CreateLoadBalancerInput{
				LoadBalancerName: aws.String("web"), AvailabilityZones: []string{"eu-west-1b", "eu-west-1a"},
				Listeners: []classictypes.Listener{{LoadBalancerPort: 80, InstancePort: aws.Int32(8080), Protocol: aws.String("HTTP")}},
			}
			change(in)
			_, err := w.classic.CreateLoadBalancer(ctx, in)
			return err
		}
		if err := create(func(*elb.CreateLoadBalancerInput) {}); err != nil {
			t.Errorf("asked for again: %v", err)
		}
		w.refused(create(func(in *elb.CreateLoadBalancerInput) { in.AvailabilityZones = in.AvailabilityZones[:1] }), "DuplicateLoadBalancerName", "Load Balancer named web already exists and it is configured with different")
		w.refused(create(func(in *elb.CreateLoadBalancerInput) { in.LoadBalancerName = aws.String("a_b") }), "ValidationError", "can only contain characters")
		w.refused(create(func(in *elb.CreateLoadBalancerInput) {
			in.LoadBalancerName = aws.String("tls")
			in.Listeners[0].Protocol = aws.String("HTTPS")
		}), "UnsupportedOperation", "HTTPS")
		_, err := w.classic.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerNames: []string{"none"}})
		w.refused(err, "LoadBalancerNotFound", "There is no ACTIVE Load Balancer named 'none'")
		policies := &elb.DescribeLoadBalancerPoliciesInput{LoadBalancerName: aws.String("web")}
		if got := must[*elb.DescribeLoadBalancerPoliciesOutput](w.t)(w.classic.DescribeLoadBalancerPolicies(ctx, policies)); len(got.PolicyDescriptions) != 0 {
			t.Errorf("policies %+v", got.PolicyDescriptions)
		}
		policies.PolicyNames = []string{"sticky"}
		_, err = w.classic.DescribeLoadBalancerPolicies(ctx, policies)
		w.refused(err, "PolicyNotFound", "sticky")
		_, err = w.classic.RegisterInstancesWithLoadBalancer(ctx, &elb.RegisterInstancesWithLoadBalancerInput{LoadBalancerName: aws.String("web"), Instances: classicInstances([]string{"i-none"})})
		w.refused(err, "InvalidInstance", "i-none")
		_, err = w.classic.CreateLoadBalancerListeners(ctx, &elb.CreateLoadBalancerListenersInput{
			LoadBalancerName: aws.String("web"), Listeners: []classictypes.Listener{{LoadBalancerPort: 80, InstancePort: aws.Int32(9), Protocol: aws.String("HTTP")}},
		})
		w.refused(err, "DuplicateListener", "A listener already exists for web with LoadBalancerPort 80")
		if _, err := w.classic.DeleteLoadBalancer(ctx, &elb.DeleteLoadBalancerInput{LoadBalancerName: aws.String("none")}); err != nil {
			t.Errorf("deleting what is not there: %v", err)
		}
		attributes := must[*elb.DescribeLoadBalancerAttributesOutput](w.t)(w.classic.DescribeLoadBalancerAttributes(ctx, &elb.DescribeLoadBalancerAttributesInput{LoadBalancerName: aws.String("web")})).LoadBalancerAttributes
		if attributes.ConnectionDraining.Enabled || *attributes.ConnectionDraining.Timeout != 300 || attributes.CrossZoneLoadBalancing.Enabled || *attributes.ConnectionSettings.IdleTimeout != 60 {
			t.Errorf("defaults %+v", attributes)
		}
	})
}

func TestTagsKeepToELBsCharactersAndAreAllOrNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := w.t.Context()
		a := w.application(false)
		w.classicBalancer("old")
		for value, good := range map[string]bool{"5 a_.:/=+-@ü": true, "a,b": false, `"x"`: false, strings.Repeat("a", 257): false} {
			_, err := w.v2.AddTags(ctx, &elbv2.AddTagsInput{ResourceArns: []string{a.arn, a.first, a.listener}, Tags: []types.Tag{{Key: aws.String("k"), Value: &value}}})
			_, classicErr := w.classic.AddTags(ctx, &elb.AddTagsInput{LoadBalancerNames: []string{"old"}, Tags: []classictypes.Tag{{Key: aws.String("k"), Value: &value}}})
			if (err == nil) != good || (classicErr == nil) != good {
				t.Errorf("the value %q: %v, %v", value, err, classicErr)
			}
		}
		_, err := w.v2.AddTags(ctx, &elbv2.AddTagsInput{ResourceArns: []string{a.first}, Tags: []types.Tag{{Key: aws.String("x")}, {Key: aws.String("x")}}})
		w.refused(err, "DuplicateTagKeys", "x")
		described := must[*elbv2.DescribeTagsOutput](w.t)(w.v2.DescribeTags(ctx, &elbv2.DescribeTagsInput{ResourceArns: []string{a.first}})).TagDescriptions[0].Tags
		if len(described) != 1 || *described[0].Value != "5 a_.:/=+-@ü" {
			t.Errorf("described %+v", described)
		}
		must[*elbv2.RemoveTagsOutput](w.t)(w.v2.RemoveTags(ctx, &elbv2.RemoveTagsInput{ResourceArns: []string{a.first}, TagKeys: []string{"k"}}))
		if left := must[*elbv2.DescribeTagsOutput](w.t)(w.v2.DescribeTags(ctx, &elbv2.DescribeTagsInput{ResourceArns: []string{a.first}})).TagDescriptions[0].Tags; len(left) != 0 {
			t.Errorf("left %+v", left)
		}
	})
}

func TestManyTargetGroupsComeInPages(t *testing.T) {
	inWorld(t, func(w *world) {
		var want, got []string
		for i := range 7 {
			want = append(want, w.group(fmt.Sprintf("g%d", i)))
		}
		pages := elbv2.NewDescribeTargetGroupsPaginator(w.v2, &elbv2.DescribeTargetGroupsInput{PageSize: aws.Int32(3)})
		n := 0
		for ; pages.HasMorePages(); n++ {
			for _, g := range must[*elbv2.DescribeTargetGroupsOutput](w.t)(pages.NextPage(w.t.Context())).TargetGroups {
				got = append(got, *g.TargetGroupArn)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || n != 3 {
			t.Errorf("%d pages (-want +got):\n%s", n, diff)
		}
	})
}

func TestABalancerIsProvisionedThenActiveAndItsGroupIsFreeOnceItIsDeleted(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := w.t.Context()
		a := w.application(false)
		state := func() types.LoadBalancerStateEnum {
			return must[*elbv2.DescribeLoadBalancersOutput](w.t)(w.v2.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{})).LoadBalancers[0].State.Code
		}
		if s := state(); s != types.LoadBalancerStateEnumProvisioning {
			t.Errorf("first %s", s)
		}
		w.wait(3 * time.Second)
		if s := state(); s != types.LoadBalancerStateEnumActive {
			t.Errorf("then %s", s)
		}
		must[*elbv2.DeleteLoadBalancerOutput](w.t)(w.v2.DeleteLoadBalancer(ctx, &elbv2.DeleteLoadBalancerInput{LoadBalancerArn: &a.arn}))
		must[*elbv2.DeleteTargetGroupOutput](w.t)(w.v2.DeleteTargetGroup(ctx, &elbv2.DeleteTargetGroupInput{TargetGroupArn: &a.first}))
		if code, _ := w.get(a.url); code != 0 {
			t.Errorf("a deleted balancer answered %d", code)
		}
	})
}
