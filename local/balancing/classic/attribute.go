package classic

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"

	"gekko/local/wire"
)

// attributes are a Classic balancer's settings.
type attributes struct {
	crossZone bool
	draining  bool
	drainTime time.Duration
	idle      time.Duration
	desync    string
}

// newAttributes are the defaults of a balancer made by API: neither
// cross-zone nor draining.
func newAttributes() attributes {
	return attributes{drainTime: 300 * time.Second, idle: 60 * time.Second, desync: "defensive"}
}

const desyncKey = "elb.http.desyncmitigationmode"

// ModifyLoadBalancerAttributesClassic changes settings of a balancer: all that
// are asked for, or none.
func (b *Classic) ModifyLoadBalancerAttributesClassic(_ context.Context, in *elb.ModifyLoadBalancerAttributesInput) (*elb.ModifyLoadBalancerAttributesOutput, error) {
	c, err := b.balancer(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	if in.LoadBalancerAttributes == nil {
		return nil, wire.Invalid("LoadBalancerAttributes must be specified")
	}
	a := c.attributes
	if err := a.change(in.LoadBalancerAttributes); err != nil {
		return nil, err
	}
	c.attributes = a
	for _, l := range c.listeners {
		c.apply(l)
	}
	c.fill()
	return &elb.ModifyLoadBalancerAttributesOutput{LoadBalancerName: in.LoadBalancerName, LoadBalancerAttributes: a.describe()}, nil
}

func (a *attributes) change(to *types.LoadBalancerAttributes) error {
	if to.CrossZoneLoadBalancing != nil {
		a.crossZone = to.CrossZoneLoadBalancing.Enabled
	}
	if d := to.ConnectionDraining; d != nil {
		a.draining = d.Enabled
		if d.Timeout != nil {
			if *d.Timeout < 1 || *d.Timeout > 3600 {
				return wire.Errorf("InvalidConfigurationRequest", "ConnectionDraining Timeout must be between 1 and 3600 seconds")
			}
			a.drainTime = time.Duration(*d.Timeout) * time.Second
		}
	}
	if s := to.ConnectionSettings; s != nil && s.IdleTimeout != nil {
		if *s.IdleTimeout < 1 || *s.IdleTimeout > 4000 {
			return wire.Errorf("InvalidConfigurationRequest", "ConnectionSettings IdleTimeout must be between 1 and 4000 seconds")
		}
		a.idle = time.Duration(*s.IdleTimeout) * time.Second
	}
	if to.AccessLog != nil && to.AccessLog.Enabled {
		return wire.Errorf("UnsupportedOperation", "access logs are not supported here")
	}
	for _, extra := range to.AdditionalAttributes {
		if aws.ToString(extra.Key) != desyncKey {
			return wire.Errorf("InvalidConfigurationRequest", "the additional attribute %s is not known", aws.ToString(extra.Key))
		}
		if aws.ToString(extra.Value) != a.desync {
			return wire.Errorf("UnsupportedOperation", "%s other than %s is not supported here", desyncKey, a.desync)
		}
	}
	return nil
}

// DescribeLoadBalancerAttributesClassic tells a balancer's settings.
func (b *Classic) DescribeLoadBalancerAttributesClassic(_ context.Context, in *elb.DescribeLoadBalancerAttributesInput) (*elb.DescribeLoadBalancerAttributesOutput, error) {
	c, err := b.balancer(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	return &elb.DescribeLoadBalancerAttributesOutput{LoadBalancerAttributes: c.attributes.describe()}, nil
}

func (a *attributes) describe() *types.LoadBalancerAttributes {
	return &types.LoadBalancerAttributes{
		AccessLog:              &types.AccessLog{},
		AdditionalAttributes:   []types.AdditionalAttribute{{Key: aws.String(desyncKey), Value: aws.String(a.desync)}},
		ConnectionDraining:     &types.ConnectionDraining{Enabled: a.draining, Timeout: aws.Int32(int32(a.drainTime / time.Second))},
		ConnectionSettings:     &types.ConnectionSettings{IdleTimeout: aws.Int32(int32(a.idle / time.Second))},
		CrossZoneLoadBalancing: &types.CrossZoneLoadBalancing{Enabled: a.crossZone},
	}
}
