package scaling

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/scaling/account"
	"gekko/local/wire"
)

const (
	keptActivities = 1000 // of each group
	keptDeleted    = 100  // groups, for the activities they had
)

// at is one sentence of a cause: "At 2026-11-23T00:45:01Z …".
func at(format string, args ...any) string {
	return "At " + time.Now().UTC().Format("2006-01-02T15:04:05Z") + " " + fmt.Sprintf(format, args...)
}

// begin notes an activity that goes on until it is ended.
func (g *group) begin(description string, p place, cause ...string) *types.Activity {
	details, _ := json.Marshal(map[string]string{"Subnet ID": p.subnet, "Availability Zone": p.zone}) // strings always marshal
	a := &types.Activity{
		ActivityId:           aws.String(account.UUID()),
		AutoScalingGroupName: &g.name,
		AutoScalingGroupARN:  &g.arn,
		Description:          &description,
		Cause:                aws.String(strings.Join(cause, "  ")),
		Details:              aws.String(string(details)),
		StartTime:            aws.Time(time.Now().UTC()),
		StatusCode:           types.ScalingActivityStatusCodeInProgress,
		Progress:             aws.Int32(0),
	}
	g.activities = append(g.activities, a)
	if over := len(g.activities) - keptActivities; over > 0 {
		g.activities = slices.Clone(g.activities[over:])
	}
	return a
}

// end closes an activity; a nil one is no activity's end.
func end(a *types.Activity, code types.ScalingActivityStatusCode, message string) {
	if a == nil || a.EndTime != nil {
		return
	}
	a.StatusCode, a.StatusMessage = code, optional(message)
	a.Progress = aws.Int32(100)
	a.EndTime = aws.Time(time.Now().UTC())
}

func progress(a *types.Activity, code types.ScalingActivityStatusCode, percent int32) {
	if a != nil && a.EndTime == nil {
		a.StatusCode, a.Progress = code, &percent
	}
}

// inProgress tells whether an activity of the group goes on.
func (g *group) inProgress() bool {
	return slices.ContainsFunc(g.activities, func(a *types.Activity) bool { return a.EndTime == nil })
}

// DescribeScalingActivities lists what groups did, the newest first.
func (s *Scaling) DescribeScalingActivities(_ context.Context, in *autoscaling.DescribeScalingActivitiesInput) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	if len(in.Filters) > 0 {
		return nil, wire.Errorf("UnsupportedOperation", "Filters of DescribeScalingActivities are not supported here.")
	}
	groups := s.inOrder()
	if aws.ToBool(in.IncludeDeletedGroups) {
		groups = append(groups, s.deleted...)
	}
	if in.AutoScalingGroupName != nil {
		groups = slices.DeleteFunc(groups, func(g *group) bool { return g.name != *in.AutoScalingGroupName && g.arn != *in.AutoScalingGroupName })
		if len(groups) == 0 {
			return nil, wire.Invalid("AutoScalingGroup name not found - null")
		}
	}
	var all []types.Activity
	for _, g := range groups {
		for _, a := range g.activities {
			if len(in.ActivityIds) > 0 && !slices.Contains(in.ActivityIds, *a.ActivityId) {
				continue
			}
			all = append(all, *a)
			if s.groups[g.name] != g {
				all[len(all)-1].AutoScalingGroupState = aws.String("Deleted")
			}
		}
	}
	slices.Reverse(all)
	slices.SortStableFunc(all, func(a, b types.Activity) int { return b.StartTime.Compare(*a.StartTime) })
	page, next, err := wire.Page(all, in.NextToken, in.MaxRecords, 100)
	if err != nil {
		return nil, err
	}
	return &autoscaling.DescribeScalingActivitiesOutput{Activities: page, NextToken: next}, nil
}
