package local

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Like is what a world has besides its default network, so that names and ids
// which were given out in another account mean something here.
type Like struct {
	Subnets        []string // ids; they are spread over the zones
	SecurityGroups []string // ids
	KeyPair        string   // its name; together with PublicKey
	PublicKey      string   // a line of authorized_keys

	// The base image: its id; or a name (a pattern's stars are left out) and
	// its owner; or the parameter that holds its id.
	ImageID, ImageName, ImageOwner, ImageParameter string

	ClassicBalancer string // name; it listens on port 80
	ALB             string // name
	ALBPort         int    // its listener's
	ServicePort     int    // where instances of a Classic balancer listen
	HealthPath      string // of a Classic balancer's health check
}

// Seed makes what like names. It is called before Run.
func (w *World) Seed(ctx context.Context, like Like) (err error) {
	w.loop.Do(func() { err = w.seed(ctx, like) })
	return err
}

func (w *World) seed(ctx context.Context, like Like) error {
	for i, id := range like.Subnets {
		if err := w.compute.SeedSubnet(id, w.zones[i%len(w.zones)]); err != nil {
			return fmt.Errorf("subnet %s: %w", id, err)
		}
	}
	for _, id := range like.SecurityGroups {
		if err := w.compute.SeedSecurityGroup(id, id); err != nil {
			return fmt.Errorf("security group %s: %w", id, err)
		}
	}
	if like.KeyPair != "" {
		if err := w.compute.SeedKeyPair(like.KeyPair, like.PublicKey); err != nil {
			return fmt.Errorf("key pair %s: %w", like.KeyPair, err)
		}
	}
	if err := w.seedImage(like); err != nil {
		return err
	}
	switch {
	case like.ClassicBalancer != "":
		return w.seedClassic(ctx, like)
	case like.ALB != "":
		return w.seedALB(ctx, like)
	}
	return nil
}

func (w *World) seedImage(like Like) error {
	if like.ImageParameter != "" {
		if w.parameters.Has(like.ImageParameter) {
			return nil
		}
		return w.nameFirstBase(like.ImageParameter)
	}
	if like.ImageID == "" && like.ImageName == "" || w.hasImage(like) {
		return nil
	}
	if err := w.compute.SeedImage(like.ImageID, plain(like.ImageName), like.ImageOwner); err != nil {
		return fmt.Errorf("base image %s%s: %w", like.ImageID, like.ImageName, err)
	}
	return nil
}

// plain is a name that a pattern matches.
func plain(pattern string) string {
	var name []rune
	for _, r := range pattern {
		switch r {
		case '*':
		case '?':
			name = append(name, '0')
		default:
			name = append(name, r)
		}
	}
	return string(name)
}

// seedClassic makes a Classic balancer that drains, over all zones.
func (w *World) seedClassic(ctx context.Context, like Like) error {
	name := aws.String(like.ClassicBalancer)
	_, err := w.balancers.CreateLoadBalancerClassic(ctx, &elb.CreateLoadBalancerInput{
		LoadBalancerName: name, AvailabilityZones: w.zones,
		Listeners: []elbtypes.Listener{{
			Protocol: aws.String("HTTP"), LoadBalancerPort: 80, InstancePort: aws.Int32(int32(like.ServicePort)),
		}},
	})
	if err != nil {
		return fmt.Errorf("balancer %s: %w", like.ClassicBalancer, err)
	}
	_, err = w.balancers.ConfigureHealthCheck(ctx, &elb.ConfigureHealthCheckInput{
		LoadBalancerName: name,
		HealthCheck: &elbtypes.HealthCheck{
			Target:   aws.String(fmt.Sprintf("HTTP:%d%s", like.ServicePort, like.HealthPath)),
			Interval: aws.Int32(5), Timeout: aws.Int32(2), HealthyThreshold: aws.Int32(2), UnhealthyThreshold: aws.Int32(2),
		},
	})
	if err != nil {
		return fmt.Errorf("balancer %s: %w", like.ClassicBalancer, err)
	}
	_, err = w.balancers.ModifyLoadBalancerAttributesClassic(ctx, &elb.ModifyLoadBalancerAttributesInput{
		LoadBalancerName: name,
		LoadBalancerAttributes: &elbtypes.LoadBalancerAttributes{
			ConnectionDraining:     &elbtypes.ConnectionDraining{Enabled: true, Timeout: aws.Int32(5)},
			CrossZoneLoadBalancing: &elbtypes.CrossZoneLoadBalancing{Enabled: true},
		},
	})
	if err != nil {
		return fmt.Errorf("balancer %s: %w", like.ClassicBalancer, err)
	}
	return nil
}

// seedALB makes an ALB over all zones. Its listener forwards to a target group
// that nobody is in, at weight 0, and so answers 503 until a group is put behind
// it. Whoever adds a target group can take its checks and attributes, which are
// the shortest that AWS allows or nearly so, from that one.
func (w *World) seedALB(ctx context.Context, like Like) error {
	in := &elbv2.CreateLoadBalancerInput{Name: aws.String(like.ALB)}
	for _, zone := range w.zones {
		subnet, ok := w.compute.DefaultSubnet(zone)
		if !ok {
			return fmt.Errorf("balancer %s: zone %s has no default subnet", like.ALB, zone)
		}
		in.Subnets = append(in.Subnets, subnet)
	}
	made, err := w.balancers.CreateLoadBalancer(ctx, in)
	if err != nil {
		return fmt.Errorf("balancer %s: %w", like.ALB, err)
	}
	lb := made.LoadBalancers[0]
	group, err := w.seedTargetGroup(ctx, like, lb.VpcId)
	if err != nil {
		return fmt.Errorf("target group %s: %w", like.ALB, err)
	}
	_, err = w.balancers.CreateListener(ctx, &elbv2.CreateListenerInput{
		LoadBalancerArn: lb.LoadBalancerArn,
		Protocol:        elbv2types.ProtocolEnumHttp, Port: aws.Int32(int32(like.ALBPort)),
		DefaultActions: []elbv2types.Action{{
			Type: elbv2types.ActionTypeEnumForward,
			ForwardConfig: &elbv2types.ForwardActionConfig{
				TargetGroups: []elbv2types.TargetGroupTuple{{TargetGroupArn: group, Weight: aws.Int32(0)}},
			},
		}},
	})
	if err != nil {
		return fmt.Errorf("balancer %s: listener: %w", like.ALB, err)
	}
	return nil
}

func (w *World) seedTargetGroup(ctx context.Context, like Like, vpc *string) (arn *string, err error) {
	path := like.HealthPath
	if path == "" {
		path = "/"
	}
	made, err := w.balancers.CreateTargetGroup(ctx, &elbv2.CreateTargetGroupInput{
		Name: aws.String(like.ALB), VpcId: vpc,
		Protocol: elbv2types.ProtocolEnumHttp, Port: aws.Int32(int32(max(like.ServicePort, 1))),
		HealthCheckPath:            aws.String(path),
		HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(2),
		HealthyThresholdCount: aws.Int32(2), UnhealthyThresholdCount: aws.Int32(2),
	})
	if err != nil {
		return nil, err
	}
	arn = made.TargetGroups[0].TargetGroupArn
	_, err = w.balancers.ModifyTargetGroupAttributes(ctx, &elbv2.ModifyTargetGroupAttributesInput{
		TargetGroupArn: arn,
		Attributes: []elbv2types.TargetGroupAttribute{{
			Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("5"),
		}},
	})
	return arn, err
}
