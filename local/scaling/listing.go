package scaling

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/scaling/policy"
	"gekko/local/scaling/termination"
	"gekko/local/wire"
)

const mostConfigurations = 200 // of one account

// DescribeAccountLimits tells how many groups and configurations there may be.
func (s *Scaling) DescribeAccountLimits(context.Context, *autoscaling.DescribeAccountLimitsInput) (*autoscaling.DescribeAccountLimitsOutput, error) {
	return &autoscaling.DescribeAccountLimitsOutput{
		MaxNumberOfAutoScalingGroups: int32p(mostGroups), NumberOfAutoScalingGroups: int32p(len(s.groups)),
		MaxNumberOfLaunchConfigurations: int32p(mostConfigurations), NumberOfLaunchConfigurations: int32p(s.Sources.Configurations()),
	}, nil
}

// DescribeAdjustmentTypes lists how policies can adjust.
func (s *Scaling) DescribeAdjustmentTypes(context.Context, *autoscaling.DescribeAdjustmentTypesInput) (*autoscaling.DescribeAdjustmentTypesOutput, error) {
	out := &autoscaling.DescribeAdjustmentTypesOutput{}
	for _, t := range policy.AdjustmentTypes() {
		out.AdjustmentTypes = append(out.AdjustmentTypes, types.AdjustmentType{AdjustmentType: aws.String(t)})
	}
	return out, nil
}

// DescribeTerminationPolicyTypes lists the termination policies that are built.
func (s *Scaling) DescribeTerminationPolicyTypes(context.Context, *autoscaling.DescribeTerminationPolicyTypesInput) (*autoscaling.DescribeTerminationPolicyTypesOutput, error) {
	return &autoscaling.DescribeTerminationPolicyTypesOutput{TerminationPolicyTypes: termination.Policies()}, nil
}

// DescribeScalingProcessTypes lists what can be suspended.
func (s *Scaling) DescribeScalingProcessTypes(context.Context, *autoscaling.DescribeScalingProcessTypesInput) (*autoscaling.DescribeScalingProcessTypesOutput, error) {
	out := &autoscaling.DescribeScalingProcessTypesOutput{}
	for _, p := range processes() {
		out.Processes = append(out.Processes, types.ProcessType{ProcessName: aws.String(p)})
	}
	return out, nil
}

// DescribeMetricCollectionTypes lists what EnableMetricsCollection can record.
func (s *Scaling) DescribeMetricCollectionTypes(context.Context, *autoscaling.DescribeMetricCollectionTypesInput) (*autoscaling.DescribeMetricCollectionTypesOutput, error) {
	out := &autoscaling.DescribeMetricCollectionTypesOutput{Granularities: []types.MetricGranularityType{{Granularity: aws.String("1Minute")}}}
	for _, m := range collectedMetrics() {
		out.Metrics = append(out.Metrics, types.MetricCollectionType{Metric: aws.String(m)})
	}
	return out, nil
}

// DescribeLifecycleHookTypes lists what hooks can hold up.
func (s *Scaling) DescribeLifecycleHookTypes(context.Context, *autoscaling.DescribeLifecycleHookTypesInput) (*autoscaling.DescribeLifecycleHookTypesOutput, error) {
	return &autoscaling.DescribeLifecycleHookTypesOutput{LifecycleHookTypes: []string{launching, terminating}}, nil
}

// DescribeInstanceRefreshes lists none, since none can be started.
func (s *Scaling) DescribeInstanceRefreshes(_ context.Context, in *autoscaling.DescribeInstanceRefreshesInput) (*autoscaling.DescribeInstanceRefreshesOutput, error) {
	_, err := s.find(in.AutoScalingGroupName)
	return &autoscaling.DescribeInstanceRefreshesOutput{}, err
}

// StartInstanceRefresh is refused.
func (s *Scaling) StartInstanceRefresh(context.Context, *autoscaling.StartInstanceRefreshInput) (*autoscaling.StartInstanceRefreshOutput, error) {
	return nil, wire.Errorf("UnsupportedOperation", "Instance refresh is not supported here; launch a second group and retire the first.")
}

// DescribeWarmPool shows none, since none can be made.
func (s *Scaling) DescribeWarmPool(_ context.Context, in *autoscaling.DescribeWarmPoolInput) (*autoscaling.DescribeWarmPoolOutput, error) {
	_, err := s.find(in.AutoScalingGroupName)
	return &autoscaling.DescribeWarmPoolOutput{}, err
}

// PutWarmPool is refused.
func (s *Scaling) PutWarmPool(context.Context, *autoscaling.PutWarmPoolInput) (*autoscaling.PutWarmPoolOutput, error) {
	return nil, wire.Errorf("UnsupportedOperation", "Warm pools are not supported here; raise the group's capacity ahead of the load instead.")
}

// DescribeNotificationConfigurations lists none: there are no topics here.
func (s *Scaling) DescribeNotificationConfigurations(context.Context, *autoscaling.DescribeNotificationConfigurationsInput) (*autoscaling.DescribeNotificationConfigurationsOutput, error) {
	return &autoscaling.DescribeNotificationConfigurationsOutput{}, nil
}
