package cloud

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	alb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko"
)

func TestStatesOfAClassicBalancerAreHealths(t *testing.T) {
	for _, c := range []struct {
		state, reason, description string
		want                       gekko.Health
	}{
		{"InService", "N/A", "N/A", gekko.Healthy},
		{"InService", "N/A", "Instance deregistration currently in progress.", gekko.Draining},
		{"OutOfService", "ELB", "Instance registration is still in progress.", gekko.Starting},
		{"OutOfService", "Instance", "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.", gekko.Unhealthy},
		{"Unknown", "N/A", "N/A", gekko.Absent},
	} {
		got := classicHealth(classic.InstanceState{State: &c.state, ReasonCode: &c.reason, Description: &c.description})
		if got.health != c.want {
			t.Errorf("%s, %s, %s: %s, want %s", c.state, c.reason, c.description, got.health, c.want)
		}
	}
}

func TestStatesOfTargetsAreHealths(t *testing.T) {
	for state, want := range map[alb.TargetHealthStateEnum]gekko.Health{
		alb.TargetHealthStateEnumHealthy:           gekko.Healthy,
		alb.TargetHealthStateEnumUnavailable:       gekko.Healthy,
		alb.TargetHealthStateEnumInitial:           gekko.Starting,
		alb.TargetHealthStateEnumUnhealthy:         gekko.Unhealthy,
		alb.TargetHealthStateEnumDraining:          gekko.Draining,
		alb.TargetHealthStateEnumUnhealthyDraining: gekko.Draining,
		alb.TargetHealthStateEnumUnused:            gekko.Absent,
	} {
		if got := targetHealth(&alb.TargetHealth{State: state}); got.health != want {
			t.Errorf("%s: %s, want %s", state, got.health, want)
		}
	}
	h := targetHealth(&alb.TargetHealth{
		State: alb.TargetHealthStateEnumUnhealthy, Reason: alb.TargetHealthReasonEnumResponseCodeMismatch,
		Description: aws.String("Health checks failed with these codes: [500]"),
	})
	if want := "Target.ResponseCodeMismatch: Health checks failed with these codes: [500]"; h.why != want {
		t.Errorf("why %q, want %q", h.why, want)
	}
}

func TestAFailedLaunchPassesWhenRoomIsMissing(t *testing.T) {
	for message, want := range map[string]bool{
		"We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (us-east-1a).":                     true,
		"You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket.":                       true,
		"Request limit exceeded. Launching EC2 instance failed.":                                                                         true,
		"The image id '[ami-00000000]' does not exist. Launching EC2 instance failed.":                                                   false,
		"Invalid IAM Instance Profile name. Launching EC2 instance failed.":                                                              false,
		"The key pair 'gekko' does not exist. Launching EC2 instance failed.":                                                            false,
		"The requested configuration is currently not supported. Please check the documentation for supported configurations.":           false,
		"Client.InvalidParameterValue: A value that you specified in user data is corrupted or too large. Launching EC2 instance failed": false,
	} {
		if got := passes(message); got != want {
			t.Errorf("%q passes: %v, want %v", message, got, want)
		}
	}
}
