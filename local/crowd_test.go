package local_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"gekko/local"
)

// BenchmarkDescribe asks for a page of a world of 500 groups with ten instances
// each. Most of the time is the client's, which decodes: what the world takes of
// it is told apart.
func BenchmarkDescribe(b *testing.B) {
	before := heap()
	s := newStage(b, b.TempDir(), func(o *local.Options) { o.BootTime = 0 })
	defer s.end()
	begun := time.Now()
	for i := range 500 {
		s.group(fmt.Sprintf("group-%03d", i), 10)
	}
	for s.running() < 5000 {
		time.Sleep(100 * time.Millisecond)
	}
	b.Logf("5000 instances run after %v", time.Since(begun))
	perInstance := float64(heap()-before) / 5000
	ctx := context.Background()
	for _, page := range []struct {
		name string
		get  func() error
	}{
		{"Instances", func() error {
			_, err := s.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(1000)})
			return err
		}},
		{"InstanceStatus", func() error {
			_, err := s.ec2.DescribeInstanceStatus(ctx, &ec2.DescribeInstanceStatusInput{MaxResults: aws.Int32(1000)})
			return err
		}},
		{"AutoScalingGroups", func() error {
			_, err := s.groups.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(100)})
			return err
		}},
		{"AutoScalingInstances", func() error {
			_, err := s.groups.DescribeAutoScalingInstances(ctx, &autoscaling.DescribeAutoScalingInstancesInput{})
			return err
		}},
	} {
		b.Run(page.name, func(b *testing.B) {
			served := s.served.spent.Load()
			for b.Loop() {
				s.check(page.get())
			}
			b.ReportMetric(float64(s.served.spent.Load()-served)/1e6/float64(b.N), "ms-served/op")
			b.ReportMetric(perInstance, "B/instance")
		})
	}
}

func (s *stage) running() int {
	s.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.machines)
}

// clocked is a client that measures how long it is answered.
type clocked struct {
	*http.Client
	spent atomic.Int64 // nanoseconds
}

func (c *clocked) Do(r *http.Request) (*http.Response, error) {
	begun := time.Now()
	defer func() { c.spent.Add(int64(time.Since(begun))) }()
	return c.Client.Do(r)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
