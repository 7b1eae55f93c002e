package carry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/answer"
)

// scheduleLimit is how many scheduled actions one call takes
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_BatchPutScheduledUpdateGroupAction.html).
const scheduleLimit = 50

func (c *Carrier) schedule(ctx context.Context, in *autoscaling.DescribeScheduledActionsInput) ([]types.ScheduledUpdateGroupAction, error) {
	in.MaxRecords = aws.Int32(100)
	var all []types.ScheduledUpdateGroupAction
	for pages := autoscaling.NewDescribeScheduledActionsPaginator(c.autoscaling, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, answer.Named("scheduled actions of group "+aws.ToString(in.AutoScalingGroupName), err)
		}
		all = append(all, page.ScheduledUpdateGroupActions...)
	}
	return all, nil
}

// carrySchedule puts a group's scheduled actions on another: those that are
// still to come, none of which sets fewer instances than are least.
func (c *Carrier) carrySchedule(ctx context.Context, from, to gekko.GroupName, least int) error {
	all, err := c.schedule(ctx, &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: aws.String(string(from))})
	if err != nil {
		return err
	}
	var put []types.ScheduledUpdateGroupActionRequest
	for _, a := range all {
		if again, ok := comes(a, time.Now()); ok {
			put = append(put, atLeast(again, least))
		}
	}
	for some := range slices.Chunk(put, scheduleLimit) {
		out, err := c.autoscaling.BatchPutScheduledUpdateGroupAction(ctx, &autoscaling.BatchPutScheduledUpdateGroupActionInput{
			AutoScalingGroupName: aws.String(string(to)), ScheduledUpdateGroupActions: some,
		})
		if err != nil {
			return answer.Named("scheduled actions of group "+string(to), err)
		}
		for _, f := range out.FailedScheduledUpdateGroupActions {
			return fmt.Errorf("scheduled action %s of group %s: %s (%s)", aws.ToString(f.ScheduledActionName), to, aws.ToString(f.ErrorMessage), aws.ToString(f.ErrorCode))
		}
	}
	return nil
}

// comes asks for a scheduled action once more, if it has not had its last time.
// A start that has passed cannot be asked for.
func comes(a types.ScheduledUpdateGroupAction, now time.Time) (types.ScheduledUpdateGroupActionRequest, bool) {
	again := types.ScheduledUpdateGroupActionRequest{
		ScheduledActionName: a.ScheduledActionName, MinSize: a.MinSize, MaxSize: a.MaxSize, DesiredCapacity: a.DesiredCapacity,
		StartTime: a.StartTime, EndTime: a.EndTime, Recurrence: a.Recurrence, TimeZone: a.TimeZone,
	}
	if a.EndTime != nil && !a.EndTime.After(now) {
		return again, false
	}
	if a.StartTime != nil && !a.StartTime.After(now) {
		again.StartTime = nil
		return again, a.Recurrence != nil
	}
	return again, true
}

// atLeast raises the sizes that a scheduled action sets.
func atLeast(a types.ScheduledUpdateGroupActionRequest, least int) types.ScheduledUpdateGroupActionRequest {
	for _, size := range []**int32{&a.MinSize, &a.MaxSize, &a.DesiredCapacity} {
		if *size != nil {
			*size = aws.Int32(max(**size, int32(least)))
		}
	}
	return a
}

// Schedule are the scheduled actions that a group still has before it, in
// words: they set its sizes, whatever they are then.
func (c *Carrier) Schedule(ctx context.Context, name gekko.GroupName) ([]gekko.Scheduled, error) {
	actions, err := c.schedule(ctx, &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: aws.String(string(name))})
	if err != nil {
		return nil, err
	}
	var all []gekko.Scheduled
	for _, a := range actions {
		if _, ok := comes(a, time.Now()); ok {
			all = append(all, gekko.Scheduled{
				At:   aws.ToTime(a.StartTime), // of a recurring one, AWS moves it on
				What: fmt.Sprintf("scheduled action %s sets its sizes (%s)", aws.ToString(a.ScheduledActionName), when(a)),
			})
		}
	}
	return all, nil
}

func when(a types.ScheduledUpdateGroupAction) string {
	if a.Recurrence != nil {
		return aws.ToString(a.Recurrence)
	}
	return "at " + aws.ToTime(a.StartTime).UTC().Format(time.RFC3339)
}
