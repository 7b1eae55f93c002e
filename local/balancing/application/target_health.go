package application

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/traffic"
)

// DescribeTargetHealth tells of all targets of a group, draining ones too, or of
// those named, which need not be registered.
func (b *Application) DescribeTargetHealth(_ context.Context, in *elbv2.DescribeTargetHealthInput) (*elbv2.DescribeTargetHealthOutput, error) {
	g, err := b.group(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	out := &elbv2.DescribeTargetHealthOutput{TargetHealthDescriptions: make([]types.TargetHealthDescription, 0, len(g.targets))}
	if len(in.Targets) == 0 {
		for _, t := range g.targets {
			out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, t.describe())
		}
		return out, nil
	}
	for _, d := range in.Targets {
		known := false
		for _, t := range g.targets {
			if t.id == aws.ToString(d.Id) && (d.Port == nil || int(*d.Port) == t.port) {
				known = true
				out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, t.describe())
			}
		}
		if !known {
			out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, g.stranger(d))
		}
	}
	return out, nil
}

// stranger describes a target that is not registered.
func (g *targetGroup) stranger(d types.TargetDescription) types.TargetHealthDescription {
	if d.Port == nil {
		d.Port = aws.Int32(int32(g.port))
	}
	return types.TargetHealthDescription{Target: &d, TargetHealth: &types.TargetHealth{
		State:       types.TargetHealthStateEnumUnused,
		Reason:      types.TargetHealthReasonEnumNotRegistered,
		Description: aws.String("Target is not registered to the target group"),
	}}
}

func (t *target) describe() types.TargetHealthDescription {
	state, reason, text := t.standing()
	d := types.TargetHealthDescription{
		HealthCheckPort: aws.String(strconv.Itoa(t.checkPort())),
		Target:          &types.TargetDescription{Id: aws.String(t.id), Port: aws.Int32(int32(t.port))},
		TargetHealth:    &types.TargetHealth{State: state, Reason: reason},
	}
	if t.group.kind == types.TargetTypeEnumIp && t.zone != "" {
		d.Target.AvailabilityZone = aws.String(t.zone)
	}
	if text != "" {
		d.TargetHealth.Description = aws.String(text)
	}
	return d
}

// standing is what AWS would say of the target: its state, and for any but
// healthy a reason and a text.
func (t *target) standing() (types.TargetHealthStateEnum, types.TargetHealthReasonEnum, string) {
	switch {
	case t.leaving:
		return types.TargetHealthStateEnumDraining, types.TargetHealthReasonEnumDeregistrationInProgress, "Target deregistration is in progress"
	case t.group.balancer == nil:
		return types.TargetHealthStateEnumUnused, types.TargetHealthReasonEnumNotInUse, "Target group is not configured to receive traffic from the load balancer"
	case !t.inZone():
		return types.TargetHealthStateEnumUnused, types.TargetHealthReasonEnumNotInUse, "Target is in an Availability Zone that is not enabled for the load balancer"
	case t.down():
		return types.TargetHealthStateEnumUnused, types.TargetHealthReasonEnumInvalidState, fmt.Sprintf("Target is in the %s state", t.state)
	case !t.entered:
		return types.TargetHealthStateEnumInitial, types.TargetHealthReasonEnumRegistrationInProgress, "Target registration is in progress"
	case !t.health.Known:
		return types.TargetHealthStateEnumInitial, types.TargetHealthReasonEnumInitialHealthChecking, "Initial health checks in progress"
	case t.health.Healthy:
		return types.TargetHealthStateEnumHealthy, "", ""
	}
	switch t.found {
	case traffic.Mismatch:
		return types.TargetHealthStateEnumUnhealthy, types.TargetHealthReasonEnumResponseCodeMismatch, fmt.Sprintf("Health checks failed with these codes: [%d]", t.code)
	case traffic.TimedOut:
		return types.TargetHealthStateEnumUnhealthy, types.TargetHealthReasonEnumTimeout, "Request timed out"
	}
	return types.TargetHealthStateEnumUnhealthy, types.TargetHealthReasonEnumFailedHealthChecks, "Health checks failed"
}
