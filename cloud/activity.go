package cloud

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/answer"
)

// Activities tells what a group did or tried since a time, the newest first.
func (c *Cloud) Activities(ctx context.Context, name gekko.GroupName, since time.Time) ([]gekko.Activity, error) {
	var all []gekko.Activity
	pages := autoscaling.NewDescribeScalingActivitiesPaginator(c.autoscaling, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: aws.String(string(name)), MaxRecords: aws.Int32(100),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, answer.Named("activities of group "+string(name), err)
		}
		for _, a := range page.Activities {
			if aws.ToTime(a.StartTime).Before(since) {
				return all, nil
			}
			all = append(all, activity(a))
		}
	}
	return all, nil
}

func activity(a types.Activity) gekko.Activity {
	failed := a.StatusCode == types.ScalingActivityStatusCodeFailed || a.StatusCode == types.ScalingActivityStatusCodeCancelled
	return gekko.Activity{
		At:      aws.ToTime(a.StartTime),
		What:    aws.ToString(a.Description),
		Status:  string(a.StatusCode),
		Failed:  failed,
		Message: aws.ToString(a.StatusMessage),
		Cause:   aws.ToString(a.Cause),
		Passing: failed && passes(aws.ToString(a.StatusMessage)),
	}
}

// passing are words by which an activity tells of a want of room or of calls.
// An activity carries no code, only this text
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-capacity.html).
var passing = []string{
	"sufficient", "capacity", "limit", "throttl", "rate exceeded", "try again", "retry",
	"internal error", "unavailable", "spot",
}

func passes(message string) bool {
	message = strings.ToLower(message)
	for _, word := range passing {
		if strings.Contains(message, word) {
			return true
		}
	}
	return false
}
