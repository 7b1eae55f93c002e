package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

const (
	groups  = 500
	members = 10 // of each group
)

// scale looks at an embedded cloud of many groups: how long its pages take, and
// what an instance costs.
func scale(ctx context.Context, r *rig) ([]row, error) {
	before := heap()
	w, err := newWorld(ctx, r.folder, function)
	if err != nil {
		return nil, err
	}
	defer w.stop()
	if err := w.crowd(ctx); err != nil {
		return nil, err
	}
	each := (heap() - before) / (groups * members)
	ofGroups, err := w.slowest(5, func() error {
		_, err := w.scaling.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(100)})
		return err
	})
	if err != nil {
		return nil, err
	}
	ofInstances, err := w.slowest(5, func() error {
		_, err := w.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(1000)})
		return err
	})
	if err != nil {
		return nil, err
	}
	size := fmt.Sprintf("%d groups, %d instances: ", groups, groups*members)
	return []row{
		below(size+"a page of 100 groups", ofGroups, 100*time.Millisecond, milliseconds),
		below(size+"a page of 1,000 instances", ofInstances, 100*time.Millisecond, milliseconds),
		told(size+"memory of each", kilobytes(each), ""),
	}, nil
}

// crowd makes the groups and waits until all their instances are in service.
func (w *world) crowd(ctx context.Context) error {
	template, err := w.template(ctx)
	if err != nil {
		return err
	}
	for n := range groups {
		if err := w.group(ctx, fmt.Sprint("group-", n), template, members, ""); err != nil {
			return err
		}
	}
	return w.inService(ctx, groups*members)
}

// slowest is the longest of some calls.
func (w *world) slowest(times int, call func() error) (time.Duration, error) {
	var longest time.Duration
	for range times {
		if err := call(); err != nil {
			return 0, err
		}
		longest = max(longest, w.clock.last)
	}
	return longest, nil
}

// heap is what is in use once the rubbish is out.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
