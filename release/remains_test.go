package release_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// remains is all that there is in a world, one line a thing, without what
// differs from run to run: ids, times, numbers of terms.
func (p *trial) remains() []string {
	p.t.Helper()
	all := slices.Concat(p.remainingGroups(), p.remainingPools(), p.remainingTerms(), p.remainingAlarms(), p.remainingInstances(), p.memories())
	slices.Sort(all)
	return all
}

func (p *trial) remainingGroups() (all []string) {
	p.t.Helper()
	for _, g := range p.rawGroups() {
		var tags []string
		for _, t := range g.Tags {
			if strings.HasPrefix(*t.Key, "gekko:") {
				tags = append(tags, *t.Key)
			}
		}
		slices.Sort(tags)
		var line strings.Builder
		line.WriteString(fmt.Sprintf("group %s: %d to %d, %d wanted, tags %s", *g.AutoScalingGroupName, *g.MinSize, *g.MaxSize, *g.DesiredCapacity, strings.Join(tags, " ")))
		policies, err := autoscaling.NewFromConfig(p.raw()).DescribePolicies(p.t.Context(), &autoscaling.DescribePoliciesInput{AutoScalingGroupName: g.AutoScalingGroupName})
		p.check(err)
		for _, x := range policies.ScalingPolicies {
			line.WriteString(", policy " + *x.PolicyName)
		}
		all = append(all, line.String())
	}
	return all
}

func (p *trial) rawGroups() []astypes.AutoScalingGroup {
	p.t.Helper()
	out, err := autoscaling.NewFromConfig(p.raw()).DescribeAutoScalingGroups(p.t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	p.check(err)
	return out.AutoScalingGroups
}

// remainingPools are target groups, with who gets how much of the requests.
func (p *trial) remainingPools() (all []string) {
	p.t.Helper()
	if !p.on.Weighted() {
		return nil
	}
	shares := p.shareByPool()
	out, err := p.elbv2().DescribeTargetGroups(p.t.Context(), &elasticloadbalancingv2.DescribeTargetGroupsInput{})
	p.check(err)
	for _, g := range out.TargetGroups {
		share, ruled := shares[*g.TargetGroupArn]
		all = append(all, fmt.Sprintf("pool %s: in a rule %v, %.0f %%", *g.TargetGroupName, ruled, 100*share))
	}
	return all
}

// shareByPool is each target group's part of the requests, by the weights.
func (p *trial) shareByPool() map[string]float64 {
	p.t.Helper()
	shares, sum := map[string]float64{}, 0.0
	lbs, err := p.elbv2().DescribeLoadBalancers(p.t.Context(), &elasticloadbalancingv2.DescribeLoadBalancersInput{})
	p.check(err)
	out, err := p.elbv2().DescribeListeners(p.t.Context(), &elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: lbs.LoadBalancers[0].LoadBalancerArn})
	p.check(err)
	for _, a := range out.Listeners[0].DefaultActions {
		for _, g := range a.ForwardConfig.TargetGroups {
			shares[*g.TargetGroupArn] = float64(*g.Weight)
			sum += float64(*g.Weight)
		}
	}
	for arn := range shares {
		shares[arn] /= max(sum, 1)
	}
	return shares
}

// remainingTerms are those of leases.
func (p *trial) remainingTerms() (all []string) {
	p.t.Helper()
	out, err := p.ssm().GetParametersByPath(p.t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/gekko"), Recursive: aws.Bool(true)})
	p.check(err)
	for _, x := range out.Parameters {
		all = append(all, fmt.Sprintf("lease, freed %v", strings.Contains(*x.Value, "freed=yes")))
	}
	return all
}

func (p *trial) remainingAlarms() (all []string) {
	p.t.Helper()
	out, err := p.metrics().DescribeAlarms(p.t.Context(), &cloudwatch.DescribeAlarmsInput{})
	p.check(err)
	for _, a := range out.MetricAlarms {
		name, _, _ := strings.Cut(*a.AlarmName, "-Alarm")
		all = append(all, "alarm "+name)
	}
	return all
}

// remainingInstances are those that no group has.
func (p *trial) remainingInstances() (all []string) {
	p.t.Helper()
	out, err := ec2.NewFromConfig(p.raw()).DescribeInstances(p.t.Context(), &ec2.DescribeInstancesInput{})
	p.check(err)
	grouped := map[string]bool{}
	for _, g := range p.rawGroups() {
		for _, i := range g.Instances {
			grouped[*i.InstanceId] = true
		}
	}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			if !grouped[*i.InstanceId] && i.State.Name != "terminated" && i.State.Name != "shutting-down" {
				all = append(all, fmt.Sprintf("instance of nobody: %s", i.State.Name))
			}
		}
	}
	return all
}

// memories are what images remember of releases.
func (p *trial) memories() (all []string) {
	p.t.Helper()
	x := p.process("reader")
	outcomes, err := x.Cloud.Outcomes(p.t.Context(), p.app)
	p.check(err)
	for _, o := range outcomes {
		all = append(all, fmt.Sprintf("snapshot %s: %s %s", o.Snapshot, o.Ending, o.Cause))
	}
	return all
}

// remainsOfFleet leaves out what images remember, and who held leases.
func (p *trial) remainsOfFleet() []string {
	return slices.DeleteFunc(p.remains(), func(line string) bool {
		return strings.HasPrefix(line, "snapshot ") || line == "lease, freed true"
	})
}
