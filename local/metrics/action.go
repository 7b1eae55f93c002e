package metrics

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Action is one ARN that an alarm names for the state it is in.
type Action struct {
	ARN   string
	Alarm types.MetricAlarm
	At    time.Time
	Value float64 // the newest point that was judged
	Known bool    // whether there was such a point
}
