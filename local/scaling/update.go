package scaling

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
)

// UpdateAutoScalingGroup changes what is given. All is checked before anything
// is changed.
func (s *Scaling) UpdateAutoScalingGroup(_ context.Context, in *autoscaling.UpdateAutoScalingGroupInput) (*autoscaling.UpdateAutoScalingGroupOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	changed := g.shape
	if err := changed.resize(in.MinSize, in.MaxSize, in.DesiredCapacity); err != nil {
		return nil, err
	}
	if in.LaunchConfigurationName != nil || in.LaunchTemplate != nil || in.MixedInstancesPolicy != nil {
		if changed.launch, err = s.Sources.Known(in.LaunchConfigurationName, in.LaunchTemplate, in.MixedInstancesPolicy); err != nil {
			return nil, err
		}
	}
	if len(in.AvailabilityZones) > 0 || aws.ToString(in.VPCZoneIdentifier) != "" {
		if changed.places, err = s.newPlaces(in.AvailabilityZones, in.VPCZoneIdentifier); err != nil {
			return nil, err
		}
	}
	err = changed.set(settings{
		healthType: in.HealthCheckType, grace: in.HealthCheckGracePeriod, cooldown: in.DefaultCooldown,
		warmup: in.DefaultInstanceWarmup, terminate: in.TerminationPolicies, protectNew: in.NewInstancesProtectedFromScaleIn,
	})
	if err != nil {
		return nil, err
	}
	for _, given := range []struct{ from, to **string }{{&in.Context, &changed.kept.Context}, {&in.ServiceLinkedRoleARN, &changed.kept.ServiceLinkedRoleARN}} {
		if *given.from != nil {
			*given.to = *given.from
		}
	}
	if in.CapacityRebalance != nil {
		changed.kept.CapacityRebalance = in.CapacityRebalance
	}
	desired := changed.desired
	changed.desired = g.desired
	g.shape = changed
	g.want(desired, g.constraints("a user request update", desired))
	g.tryAgain()
	return &autoscaling.UpdateAutoScalingGroupOutput{}, nil
}

// resize takes in new sizes. A desired capacity that is not given moves as far
// as the bounds push it.
func (s *shape) resize(lowest, highest, desired *int32) error {
	if lowest != nil {
		s.min = int(*lowest)
	}
	if highest != nil {
		s.max = int(*highest)
	}
	if desired != nil {
		s.desired = int(*desired)
	} else if s.min <= s.max {
		s.desired = max(s.min, min(s.desired, s.max))
	}
	return checkSize(s.min, s.max, s.desired)
}

func (s *shape) constraints(who string, desired int) string {
	return fmt.Sprintf("%s of AutoScalingGroup constraints to min: %d, max: %d, desired: %d", who, s.min, s.max, desired)
}
