package scaling

import (
	"strings"

	"gekko/local/wire"
)

// What create and update read alike.
const (
	templateFields = "LaunchTemplateId LaunchTemplateName Version"
	settingFields  = "AutoScalingGroupName AvailabilityZones DefaultCooldown DefaultInstanceWarmup DesiredCapacity HealthCheckGracePeriod " +
		"HealthCheckType LaunchConfigurationName MaxSize MinSize NewInstancesProtectedFromScaleIn TerminationPolicies VPCZoneIdentifier"
	settingsKept = "CapacityRebalance Context ServiceLinkedRoleARN SkipZonalShiftValidation"
)

// Register lets m serve Auto Scaling.
func (s *Scaling) Register(m *wire.Mux) {
	s.registerGroups(m)
	s.registerMembers(m)
	s.registerBalancers(m)
	s.registerPolicies(m)
	s.registerListings(m)
}

func reads(fields ...string) wire.Fields { return wire.Fields{Reads: strings.Join(fields, " ")} }

func mixedFields() string {
	const p = "MixedInstancesPolicy."
	return strings.Join([]string{
		p + "LaunchTemplate.LaunchTemplateSpecification",
		wire.Under(p+"LaunchTemplate.Overrides", "InstanceType WeightedCapacity LaunchTemplateSpecification InstanceRequirements ImageId"),
		p + "InstancesDistribution.OnDemandPercentageAboveBaseCapacity",
	}, " ")
}

func mixedKept() string {
	return wire.Under("MixedInstancesPolicy.InstancesDistribution", "OnDemandAllocationStrategy OnDemandBaseCapacity SpotAllocationStrategy SpotInstancePools SpotMaxPrice")
}

func (s *Scaling) registerGroups(m *wire.Mux) {
	wire.Handle(m, wire.AutoScaling, s.CreateAutoScalingGroup, wire.Fields{
		Reads: strings.Join([]string{
			settingFields, "LoadBalancerNames Tags TargetGroupARNs TrafficSources", wire.Under("LaunchTemplate", templateFields), mixedFields(),
			wire.Under("LifecycleHookSpecificationList", "LifecycleHookName LifecycleTransition DefaultResult HeartbeatTimeout NotificationMetadata"),
		}, " "),
		Accepts: settingsKept + " " + mixedKept(),
	})
	wire.Handle(m, wire.AutoScaling, s.UpdateAutoScalingGroup, wire.Fields{
		Reads:   settingFields + " " + wire.Under("LaunchTemplate", templateFields) + " " + mixedFields(),
		Accepts: settingsKept + " " + mixedKept(),
	})
	wire.Handle(m, wire.AutoScaling, s.DeleteAutoScalingGroup, reads("AutoScalingGroupName ForceDelete"))
	wire.Handle(m, wire.AutoScaling, s.DescribeAutoScalingGroups, reads("AutoScalingGroupNames Filters IncludeInstances MaxRecords NextToken"))
	wire.Handle(m, wire.AutoScaling, s.SetDesiredCapacity, reads("AutoScalingGroupName DesiredCapacity HonorCooldown"))
	wire.Handle(m, wire.AutoScaling, s.DescribeScalingActivities, reads("ActivityIds AutoScalingGroupName Filters IncludeDeletedGroups MaxRecords NextToken"))
	wire.Handle(m, wire.AutoScaling, s.SuspendProcesses, reads("AutoScalingGroupName ScalingProcesses"))
	wire.Handle(m, wire.AutoScaling, s.ResumeProcesses, reads("AutoScalingGroupName ScalingProcesses"))
	wire.Handle(m, wire.AutoScaling, s.EnableMetricsCollection, reads("AutoScalingGroupName Granularity Metrics"))
	wire.Handle(m, wire.AutoScaling, s.DisableMetricsCollection, reads("AutoScalingGroupName Metrics"))

	wire.Handle(m, wire.AutoScaling, s.CreateOrUpdateTags, reads("Tags"))
	wire.Handle(m, wire.AutoScaling, s.DeleteTags, reads("Tags"))
	wire.Handle(m, wire.AutoScaling, s.DescribeTags, reads("Filters MaxRecords NextToken"))

	wire.Handle(m, wire.AutoScaling, s.Sources.CreateLaunchConfiguration, reads("LaunchConfigurationName AssociatePublicIpAddress BlockDeviceMappings EbsOptimized "+
		"IamInstanceProfile ImageId InstanceMonitoring InstanceType KeyName MetadataOptions SecurityGroups UserData"))
	wire.Handle(m, wire.AutoScaling, s.Sources.DescribeLaunchConfigurations, reads("LaunchConfigurationNames MaxRecords NextToken"))
	wire.Handle(m, wire.AutoScaling, s.Sources.DeleteLaunchConfiguration, reads("LaunchConfigurationName"))
}

func (s *Scaling) registerMembers(m *wire.Mux) {
	wire.Handle(m, wire.AutoScaling, s.DescribeAutoScalingInstances, reads("InstanceIds MaxRecords NextToken"))
	wire.Handle(m, wire.AutoScaling, s.TerminateInstanceInAutoScalingGroup, reads("InstanceId ShouldDecrementDesiredCapacity"))
	wire.Handle(m, wire.AutoScaling, s.SetInstanceHealth, reads("HealthStatus InstanceId ShouldRespectGracePeriod"))
	wire.Handle(m, wire.AutoScaling, s.SetInstanceProtection, reads("AutoScalingGroupName InstanceIds ProtectedFromScaleIn"))
	wire.Handle(m, wire.AutoScaling, s.AttachInstances, reads("AutoScalingGroupName InstanceIds"))
	wire.Handle(m, wire.AutoScaling, s.DetachInstances, reads("AutoScalingGroupName InstanceIds ShouldDecrementDesiredCapacity"))
	wire.Handle(m, wire.AutoScaling, s.EnterStandby, reads("AutoScalingGroupName InstanceIds ShouldDecrementDesiredCapacity"))
	wire.Handle(m, wire.AutoScaling, s.ExitStandby, reads("AutoScalingGroupName InstanceIds"))

	wire.Handle(m, wire.AutoScaling, s.PutLifecycleHook, reads("AutoScalingGroupName LifecycleHookName DefaultResult HeartbeatTimeout LifecycleTransition NotificationMetadata"))
	wire.Handle(m, wire.AutoScaling, s.DeleteLifecycleHook, reads("AutoScalingGroupName LifecycleHookName"))
	wire.Handle(m, wire.AutoScaling, s.DescribeLifecycleHooks, reads("AutoScalingGroupName LifecycleHookNames"))
	wire.Handle(m, wire.AutoScaling, s.CompleteLifecycleAction, reads("AutoScalingGroupName InstanceId LifecycleActionResult LifecycleActionToken LifecycleHookName"))
	wire.Handle(m, wire.AutoScaling, s.RecordLifecycleActionHeartbeat, reads("AutoScalingGroupName InstanceId LifecycleActionToken LifecycleHookName"))
}

func (s *Scaling) registerBalancers(m *wire.Mux) {
	const page = "AutoScalingGroupName MaxRecords NextToken"
	wire.Handle(m, wire.AutoScaling, s.AttachLoadBalancers, reads("AutoScalingGroupName LoadBalancerNames"))
	wire.Handle(m, wire.AutoScaling, s.DetachLoadBalancers, reads("AutoScalingGroupName LoadBalancerNames"))
	wire.Handle(m, wire.AutoScaling, s.DescribeLoadBalancers, reads(page))
	wire.Handle(m, wire.AutoScaling, s.AttachLoadBalancerTargetGroups, reads("AutoScalingGroupName TargetGroupARNs"))
	wire.Handle(m, wire.AutoScaling, s.DetachLoadBalancerTargetGroups, reads("AutoScalingGroupName TargetGroupARNs"))
	wire.Handle(m, wire.AutoScaling, s.DescribeLoadBalancerTargetGroups, reads(page))
	wire.Handle(m, wire.AutoScaling, s.AttachTrafficSources, wire.Fields{Reads: "AutoScalingGroupName TrafficSources", Accepts: "SkipZonalShiftValidation"})
	wire.Handle(m, wire.AutoScaling, s.DetachTrafficSources, reads("AutoScalingGroupName TrafficSources"))
	wire.Handle(m, wire.AutoScaling, s.DescribeTrafficSources, reads(page, "TrafficSourceType"))
}

func (s *Scaling) registerPolicies(m *wire.Mux) {
	wire.Handle(m, wire.AutoScaling, s.PutScalingPolicy, wire.Fields{
		Reads: "AutoScalingGroupName PolicyName AdjustmentType Cooldown Enabled EstimatedInstanceWarmup MinAdjustmentMagnitude " +
			"PolicyType PredictiveScalingConfiguration ScalingAdjustment StepAdjustments TargetTrackingConfiguration",
		Accepts: "MetricAggregationType",
	})
	wire.Handle(m, wire.AutoScaling, s.DescribePolicies, reads("AutoScalingGroupName MaxRecords NextToken PolicyNames PolicyTypes"))
	wire.Handle(m, wire.AutoScaling, s.DeletePolicy, reads("AutoScalingGroupName PolicyName"))
	wire.Handle(m, wire.AutoScaling, s.ExecutePolicy, reads("AutoScalingGroupName PolicyName BreachThreshold HonorCooldown MetricValue"))

	const action = "ScheduledActionName DesiredCapacity EndTime MaxSize MinSize Recurrence StartTime TimeZone"
	wire.Handle(m, wire.AutoScaling, s.PutScheduledUpdateGroupAction, reads("AutoScalingGroupName Time", action))
	wire.Handle(m, wire.AutoScaling, s.BatchPutScheduledUpdateGroupAction, reads("AutoScalingGroupName", wire.Under("ScheduledUpdateGroupActions", action)))
	wire.Handle(m, wire.AutoScaling, s.DescribeScheduledActions, reads("AutoScalingGroupName EndTime MaxRecords NextToken ScheduledActionNames StartTime"))
	wire.Handle(m, wire.AutoScaling, s.DeleteScheduledAction, reads("AutoScalingGroupName ScheduledActionName"))
	wire.Handle(m, wire.AutoScaling, s.BatchDeleteScheduledAction, reads("AutoScalingGroupName ScheduledActionNames"))
}

func (s *Scaling) registerListings(m *wire.Mux) {
	wire.Handle(m, wire.AutoScaling, s.DescribeAccountLimits, reads())
	wire.Handle(m, wire.AutoScaling, s.DescribeAdjustmentTypes, reads())
	wire.Handle(m, wire.AutoScaling, s.DescribeTerminationPolicyTypes, reads())
	wire.Handle(m, wire.AutoScaling, s.DescribeScalingProcessTypes, reads())
	wire.Handle(m, wire.AutoScaling, s.DescribeMetricCollectionTypes, reads())
	wire.Handle(m, wire.AutoScaling, s.DescribeLifecycleHookTypes, reads())
	wire.Handle(m, wire.AutoScaling, s.DescribeInstanceRefreshes, reads("AutoScalingGroupName InstanceRefreshIds MaxRecords NextToken"))
	wire.Handle(m, wire.AutoScaling, s.StartInstanceRefresh, reads("AutoScalingGroupName DesiredConfiguration Preferences Strategy"))
	wire.Handle(m, wire.AutoScaling, s.DescribeWarmPool, reads("AutoScalingGroupName MaxRecords NextToken"))
	wire.Handle(m, wire.AutoScaling, s.PutWarmPool, reads("AutoScalingGroupName InstanceReusePolicy MaxGroupPreparedCapacity MinSize PoolState"))
	wire.Handle(m, wire.AutoScaling, s.DescribeNotificationConfigurations, reads("AutoScalingGroupNames MaxRecords NextToken"))
}
