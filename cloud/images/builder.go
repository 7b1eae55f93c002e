package images

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// alive are the states of an instance that is not ended or ending.
var alive = []string{"pending", "running", "stopping", "stopped"}

// LaunchBuilder starts a builder: with metadata by token only, ending for good if it
// shuts itself down, without an instance profile, and with volumes that go with
// it. Encryption is set here because an image cannot change it later.
func (c *Store) LaunchBuilder(ctx context.Context, p gekko.BuilderPlan) (gekko.InstanceID, error) {
	tags := tag.OfBake(p.Bake)
	if err := tag.Check(tags); err != nil {
		return "", err
	}
	in := &ec2.RunInstancesInput{
		ClientToken:                       aws.String(p.Token),
		ImageId:                           aws.String(string(p.Base.ID)),
		InstanceType:                      ec2types.InstanceType(p.InstanceType),
		MinCount:                          aws.Int32(1),
		MaxCount:                          aws.Int32(1),
		UserData:                          aws.String(base64.StdEncoding.EncodeToString(p.UserData)),
		SecurityGroupIds:                  p.SecurityGroups,
		InstanceInitiatedShutdownBehavior: ec2types.ShutdownBehaviorTerminate,
		BlockDeviceMappings:               builderVolumes(p),
		MetadataOptions: &ec2types.InstanceMetadataOptionsRequest{
			HttpEndpoint:            ec2types.InstanceMetadataEndpointStateEnabled,
			HttpTokens:              ec2types.HttpTokensStateRequired,
			HttpPutResponseHopLimit: aws.Int32(1),
		},
		TagSpecifications: tagged(tags, ec2types.ResourceTypeInstance, ec2types.ResourceTypeVolume),
	}
	if p.Subnet != "" {
		in.SubnetId = aws.String(p.Subnet)
	}
	if p.KeyPair != "" {
		in.KeyName = aws.String(p.KeyPair)
	}
	out, err := c.ec2.RunInstances(ctx, in)
	if err != nil {
		return "", fmt.Errorf("builder of %s: %w", p.Bake.Snapshot, answer.Kind(err))
	}
	return gekko.InstanceID(aws.ToString(out.Instances[0].InstanceId)), nil
}

func builderVolumes(p gekko.BuilderPlan) []ec2types.BlockDeviceMapping {
	var all []ec2types.BlockDeviceMapping
	for _, name := range p.Base.Volumes {
		disk := &ec2types.EbsBlockDevice{DeleteOnTermination: aws.Bool(true)}
		if p.Encrypted {
			disk.Encrypted = aws.Bool(true)
		}
		if name == p.Base.Root && p.VolumeGiB > 0 {
			disk.VolumeSize = aws.Int32(int32(p.VolumeGiB))
		}
		all = append(all, ec2types.BlockDeviceMapping{DeviceName: aws.String(name), Ebs: disk})
	}
	return all
}

// Builder looks at a builder. One that was launched a moment ago may still be
// ErrNotFound (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
func (c *Store) Builder(ctx context.Context, id gekko.InstanceID) (gekko.Builder, error) {
	out, err := c.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{string(id)}})
	if err != nil {
		return gekko.Builder{}, fmt.Errorf("builder %s: %w", id, answer.Kind(err))
	}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			return builderOf(i), nil
		}
	}
	return gekko.Builder{}, fmt.Errorf("builder %s: %w", id, gekko.ErrNotFound)
}

func builderOf(i ec2types.Instance) gekko.Builder {
	b := gekko.Builder{
		ID:      gekko.InstanceID(aws.ToString(i.InstanceId)),
		Address: aws.ToString(i.PublicIpAddress),
	}
	if b.Address == "" {
		b.Address = aws.ToString(i.PrivateIpAddress)
	}
	if i.StateReason != nil {
		b.Why = aws.ToString(i.StateReason.Message)
	}
	if i.State != nil {
		b.State = builderState(i.State.Name)
	}
	return b
}

func builderState(s ec2types.InstanceStateName) gekko.BuilderState {
	switch s {
	case ec2types.InstanceStateNameRunning:
		return gekko.BuilderRunning
	case ec2types.InstanceStateNameStopping:
		return gekko.BuilderStopping
	case ec2types.InstanceStateNameStopped:
		return gekko.BuilderStopped
	case ec2types.InstanceStateNameShuttingDown:
		return gekko.BuilderEnding
	case ec2types.InstanceStateNameTerminated:
		return gekko.BuilderEnded
	}
	return gekko.BuilderPending
}

// StopBuilder begins to stop a builder. It is the API that has to do it: a shutdown
// from inside would end the builder for good.
func (c *Store) StopBuilder(ctx context.Context, id gekko.InstanceID) error {
	_, err := c.ec2.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{string(id)}})
	if err != nil {
		return fmt.Errorf("builder %s: %w", id, answer.Kind(err))
	}
	return nil
}

// ClearUserData takes the user data of a stopped builder away; EC2 lets it be
// changed in that state alone. What takes its place is a configuration that
// says nothing: in the query protocol an empty value may be held for none.
func (c *Store) ClearUserData(ctx context.Context, id gekko.InstanceID) error {
	_, err := c.ec2.ModifyInstanceAttribute(ctx, &ec2.ModifyInstanceAttributeInput{
		InstanceId: aws.String(string(id)),
		UserData:   &ec2types.SecureBlobAttributeValue{Value: []byte("#cloud-config\n")},
	})
	if err != nil {
		return fmt.Errorf("builder %s: user data: %w", id, answer.Kind(err))
	}
	return nil
}

// EndBuilder begins to end a builder; one that is gone has ended.
func (c *Store) EndBuilder(ctx context.Context, id gekko.InstanceID) error {
	_, err := c.ec2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{string(id)}})
	if err != nil && !answer.Gone(answer.Kind(err)) {
		return fmt.Errorf("builder %s: %w", id, answer.Kind(err))
	}
	return nil
}

// instances are all pages of those that fit the filters.
func (c *Store) instances(ctx context.Context, filters ...ec2types.Filter) ([]ec2types.Instance, error) {
	var all []ec2types.Instance
	in := &ec2.DescribeInstancesInput{Filters: filters}
	for p := ec2.NewDescribeInstancesPaginator(c.ec2, in); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("instances: %w", answer.Kind(err))
		}
		for _, r := range page.Reservations {
			all = append(all, r.Instances...)
		}
	}
	return all, nil
}
