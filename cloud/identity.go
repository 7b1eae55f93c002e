package cloud

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gekko/cloud/answer"
)

// Identity is whose credentials are used, as the cloud sees it.
type Identity struct {
	Account string
	Name    string        // the ARN of the user or role
	Skew    time.Duration // how far the cloud's clock is ahead of this machine's
}

// ClockOff says how far this machine's clock is off the cloud's; nothing if that
// is borne.
func (i Identity) ClockOff(borne time.Duration) string { return answer.Off(i.Skew, borne) }

// Identity asks who this is and what time it is there.
func (c *Cloud) Identity(ctx context.Context) (Identity, error) {
	out, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, fmt.Errorf("caller identity: %w", answer.Kind(err))
	}
	who := Identity{Account: aws.ToString(out.Account), Name: aws.ToString(out.Arn)}
	if server, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok {
		at, ok := awsmiddleware.GetResponseAt(out.ResultMetadata)
		if !ok {
			at = time.Now()
		}
		who.Skew = server.Sub(at)
	}
	return who, nil
}
