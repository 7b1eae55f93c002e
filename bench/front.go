package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/machine"
)

// backed is an instance whose ports are one of the backends.
type backed struct {
	*machine.Func
	address string
}

func (b *backed) Dial(ctx context.Context, _ int) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", b.address)
}

// serveFront serves an embedded cloud with an application balancer and a number
// of groups: one with an instance for each backend, which takes all requests,
// the others of one instance, by rules that no request meets.
func serveFront(ctx context.Context, count string, servers []string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	var made atomic.Int64
	w, err := newWorld(ctx, os.TempDir(), func(s machine.Spec) (machine.Machine, error) {
		server := servers[int(made.Add(1))%len(servers)]
		return &backed{machine.NewFunc(s, http.NotFoundHandler()), server}, nil
	})
	if err != nil {
		return err
	}
	defer w.stop()
	url, err := w.balance(ctx, n, int32(len(servers)))
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n", url)
	<-ctx.Done()
	return nil
}

// balance makes the balancer and its groups, and gives its URL once all of it
// serves.
func (w *world) balance(ctx context.Context, groups int, size int32) (string, error) {
	template, err := w.template(ctx)
	if err != nil {
		return "", err
	}
	subnets, err := w.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{})
	if err != nil {
		return "", err
	}
	made, err := w.elb.CreateLoadBalancer(ctx, &elbv2.CreateLoadBalancerInput{
		Name:    aws.String("bench"),
		Subnets: []string{*subnets.Subnets[0].SubnetId, *subnets.Subnets[1].SubnetId},
	})
	if err != nil {
		return "", err
	}
	b := made.LoadBalancers[0]
	var listener *string
	for n := range groups {
		target, err := w.targetGroup(ctx, n, subnets.Subnets[0].VpcId)
		if err != nil {
			return "", err
		}
		forward := []elbv2types.Action{{Type: elbv2types.ActionTypeEnumForward, TargetGroupArn: &target}}
		if n == 0 {
			listener, err = w.listener(ctx, b.LoadBalancerArn, forward)
		} else {
			err = w.rule(ctx, listener, n, forward)
			size = 1
		}
		if err != nil {
			return "", err
		}
		if err := w.group(ctx, fmt.Sprint("group-", n), template, size, target); err != nil {
			return "", err
		}
	}
	url := fmt.Sprintf("http://%s:%d/", *b.DNSName, frontPort)
	return url, answering(ctx, url)
}

const frontPort = 18080

func (w *world) targetGroup(ctx context.Context, n int, vpc *string) (string, error) {
	out, err := w.elb.CreateTargetGroup(ctx, &elbv2.CreateTargetGroupInput{
		Name: aws.String(fmt.Sprint("group-", n)), Protocol: elbv2types.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: vpc,
		HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(2), HealthyThresholdCount: aws.Int32(2),
	})
	if err != nil {
		return "", err
	}
	return *out.TargetGroups[0].TargetGroupArn, nil
}

func (w *world) listener(ctx context.Context, balancer *string, forward []elbv2types.Action) (*string, error) {
	out, err := w.elb.CreateListener(ctx, &elbv2.CreateListenerInput{
		LoadBalancerArn: balancer, Protocol: elbv2types.ProtocolEnumHttp, Port: aws.Int32(frontPort), DefaultActions: forward,
	})
	if err != nil {
		return nil, err
	}
	return out.Listeners[0].ListenerArn, nil
}

func (w *world) rule(ctx context.Context, listener *string, n int, forward []elbv2types.Action) error {
	_, err := w.elb.CreateRule(ctx, &elbv2.CreateRuleInput{
		ListenerArn: listener, Priority: aws.Int32(int32(n)), Actions: forward,
		Conditions: []elbv2types.RuleCondition{{Field: aws.String("path-pattern"), Values: []string{fmt.Sprintf("/group-%d/*", n)}}},
	})
	return err
}

// answering waits until a URL is answered with 200.
func answering(ctx context.Context, url string) error {
	status := errors.New("no answer")
	for range 120 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(strconv.Itoa(res.StatusCode))
		}
		status = err
		time.Sleep(500 * time.Millisecond)
	}
	return fmt.Errorf("%s: %w", url, status)
}
