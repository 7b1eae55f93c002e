package carry

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/cloud/groups"
	"gekko/cloud/tag"
)

// setting is what a group is told once, and a new group like it is told too.
type setting struct {
	field string // of types.AutoScalingGroup
	name  string // for people
	of    func(types.AutoScalingGroup) any
	copy  func(to *autoscaling.CreateAutoScalingGroupInput, from types.AutoScalingGroup)
}

type (
	group = types.AutoScalingGroup
	made  = autoscaling.CreateAutoScalingGroupInput
)

// settings are all that CreateAutoScalingGroup takes besides what differs
// between groups anyway.
func settings() []setting {
	return []setting{
		{"AvailabilityZoneDistribution", "distribution over zones", func(g group) any { return g.AvailabilityZoneDistribution }, func(to *made, g group) { to.AvailabilityZoneDistribution = g.AvailabilityZoneDistribution }},
		{"AvailabilityZoneImpairmentPolicy", "policy for impaired zones", func(g group) any { return g.AvailabilityZoneImpairmentPolicy }, func(to *made, g group) { to.AvailabilityZoneImpairmentPolicy = g.AvailabilityZoneImpairmentPolicy }},
		{"CapacityRebalance", "capacity rebalancing", func(g group) any { return g.CapacityRebalance }, func(to *made, g group) { to.CapacityRebalance = g.CapacityRebalance }},
		{"CapacityReservationSpecification", "capacity reservation", func(g group) any { return g.CapacityReservationSpecification }, func(to *made, g group) { to.CapacityReservationSpecification = g.CapacityReservationSpecification }},
		{"Context", "context", func(g group) any { return g.Context }, func(to *made, g group) { to.Context = g.Context }},
		{"DefaultCooldown", "cooldown", func(g group) any { return g.DefaultCooldown }, func(to *made, g group) { to.DefaultCooldown = g.DefaultCooldown }},
		{"DefaultInstanceWarmup", "warm-up of instances", func(g group) any { return g.DefaultInstanceWarmup }, func(to *made, g group) { to.DefaultInstanceWarmup = g.DefaultInstanceWarmup }},
		{"DeletionProtection", "protection from deletion", func(g group) any { return g.DeletionProtection }, func(to *made, g group) { to.DeletionProtection = g.DeletionProtection }},
		{"DesiredCapacityType", "unit of its sizes", func(g group) any { return g.DesiredCapacityType }, func(to *made, g group) { to.DesiredCapacityType = g.DesiredCapacityType }},
		{"HealthCheckType", "health check", func(g group) any { return g.HealthCheckType }, func(to *made, g group) { to.HealthCheckType = g.HealthCheckType }},
		{"InstanceLifecyclePolicy", "lifecycle policy", func(g group) any { return g.InstanceLifecyclePolicy }, func(to *made, g group) { to.InstanceLifecyclePolicy = g.InstanceLifecyclePolicy }},
		{"InstanceMaintenancePolicy", "maintenance policy", func(g group) any { return g.InstanceMaintenancePolicy }, func(to *made, g group) { to.InstanceMaintenancePolicy = g.InstanceMaintenancePolicy }},
		{"MaxInstanceLifetime", "longest life of an instance", func(g group) any { return g.MaxInstanceLifetime }, func(to *made, g group) { to.MaxInstanceLifetime = g.MaxInstanceLifetime }},
		{"NewInstancesProtectedFromScaleIn", "protection of new instances", func(g group) any { return g.NewInstancesProtectedFromScaleIn }, func(to *made, g group) { to.NewInstancesProtectedFromScaleIn = g.NewInstancesProtectedFromScaleIn }},
		{"PlacementGroup", "placement group", func(g group) any { return g.PlacementGroup }, func(to *made, g group) { to.PlacementGroup = g.PlacementGroup }},
		{"ServiceLinkedRoleARN", "service-linked role", func(g group) any { return g.ServiceLinkedRoleARN }, func(to *made, g group) { to.ServiceLinkedRoleARN = g.ServiceLinkedRoleARN }},
		{"TerminationPolicies", "termination policies", func(g group) any { return g.TerminationPolicies }, func(to *made, g group) { to.TerminationPolicies = g.TerminationPolicies }},
	}
}

// shown is a setting's value for people; what is empty, off or not there is
// "not set".
func shown(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	if s := strings.Trim(string(raw), `"`); !slices.Contains([]string{"null", "false", "", "[]", "{}"}, s) {
		return s
	}
	return "not set"
}

// carriedTags are a group's own tags: neither AWS's nor gekko's, nor the name
// that is its snapshot's.
func carriedTags(g types.AutoScalingGroup) []types.TagDescription {
	own := groups.Tags(g)
	return slices.DeleteFunc(slices.Clone(g.Tags), func(t types.TagDescription) bool {
		key, value := aws.ToString(t.Key), aws.ToString(t.Value)
		return strings.HasPrefix(key, "aws:") || strings.HasPrefix(key, "gekko:") ||
			key == "Name" && (value == aws.ToString(g.AutoScalingGroupName) || value == own[tag.Snapshot])
	})
}
