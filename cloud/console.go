package cloud

import (
	"context"
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"gekko"
	"gekko/cloud/answer"
)

// mostConsoles is how many instances of a group are asked what they printed.
const mostConsoles = 10

// Console is what a group's instances printed last: of the first few, as they
// all run the same.
func (c *Cloud) Console(ctx context.Context, group gekko.GroupName) (map[gekko.InstanceID]string, error) {
	raw, err := c.groups.Raw(ctx, group)
	if err != nil {
		return nil, err
	}
	said := map[gekko.InstanceID]string{}
	for _, i := range raw.Instances[:min(len(raw.Instances), mostConsoles)] {
		id := aws.ToString(i.InstanceId)
		out, err := c.ec2.GetConsoleOutput(ctx, &ec2.GetConsoleOutputInput{InstanceId: &id, Latest: aws.Bool(true)})
		if answer.Code(err) == "UnsupportedOperation" { // on an instance that is not a Nitro one
			out, err = c.ec2.GetConsoleOutput(ctx, &ec2.GetConsoleOutputInput{InstanceId: &id})
		}
		if answer.Gone(answer.Kind(err)) {
			continue
		}
		if err != nil {
			return said, answer.Named("console of "+id, err)
		}
		text, err := base64.StdEncoding.DecodeString(aws.ToString(out.Output))
		if err != nil {
			return said, answer.Named("console of "+id, err)
		}
		said[gekko.InstanceID(id)] = string(text)
	}
	return said, nil
}
