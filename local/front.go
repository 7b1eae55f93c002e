package local

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// Front is where a balancer takes requests on this machine.
type Front struct {
	Balancer string
	URL      string
}

// Fronts are those of all balancers there are now, a listener each.
func (w *World) Fronts(ctx context.Context) (all []Front, err error) {
	w.loop.Do(func() {
		if all, err = w.frontsOfALBs(ctx); err != nil {
			return
		}
		classic, listErr := w.balancers.DescribeLoadBalancersClassic(ctx, &elb.DescribeLoadBalancersInput{})
		if err = listErr; err != nil {
			return
		}
		for _, b := range classic.LoadBalancerDescriptions {
			for _, l := range b.ListenerDescriptions {
				if l.Listener != nil {
					all = append(all, w.front(b.LoadBalancerName, b.DNSName, l.Listener.LoadBalancerPort))
				}
			}
		}
	})
	return all, err
}

func (w *World) frontsOfALBs(ctx context.Context) ([]Front, error) {
	balancers, err := w.balancers.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{})
	if err != nil {
		return nil, err
	}
	var all []Front
	for _, b := range balancers.LoadBalancers {
		listeners, err := w.balancers.DescribeListeners(ctx, &elbv2.DescribeListenersInput{LoadBalancerArn: b.LoadBalancerArn})
		if err != nil {
			return nil, fmt.Errorf("balancer %s: %w", aws.ToString(b.LoadBalancerName), err)
		}
		for _, l := range listeners.Listeners {
			all = append(all, w.front(b.LoadBalancerName, b.DNSName, aws.ToInt32(l.Port)))
		}
	}
	return all, nil
}

func (w *World) front(name, host *string, port int32) Front {
	at := net.JoinHostPort(aws.ToString(host), strconv.Itoa(w.Port(int(port))))
	return Front{aws.ToString(name), "http://" + at}
}
