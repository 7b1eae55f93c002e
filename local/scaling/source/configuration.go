package source

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// Configurations counts the launch configurations.
func (s *Sources) Configurations() int { return len(s.configurations) }

// CreateLaunchConfiguration keeps how to launch; it can never be changed.
func (s *Sources) CreateLaunchConfiguration(_ context.Context, in *autoscaling.CreateLaunchConfigurationInput) (*autoscaling.CreateLaunchConfigurationOutput, error) {
	name := aws.ToString(in.LaunchConfigurationName)
	switch {
	case name == "":
		return nil, wire.Invalid("LaunchConfigurationName is required")
	case s.configurations[name] != nil:
		return nil, wire.Errorf("AlreadyExists", "Launch Configuration by this name already exists - A launch configuration already exists with the name %s", name)
	case aws.ToString(in.ImageId) == "" || aws.ToString(in.InstanceType) == "":
		return nil, wire.Invalid("Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.")
	}
	s.configurations[name] = &types.LaunchConfiguration{
		LaunchConfigurationName: &name,
		LaunchConfigurationARN:  aws.String(s.account.ARN("launchConfiguration", "launchConfigurationName/"+name)),
		CreatedTime:             aws.Time(time.Now().UTC()),
		ImageId:                 in.ImageId, InstanceType: in.InstanceType, KeyName: in.KeyName, UserData: in.UserData,
		SecurityGroups: in.SecurityGroups, BlockDeviceMappings: in.BlockDeviceMappings,
		AssociatePublicIpAddress: in.AssociatePublicIpAddress, EbsOptimized: aws.Bool(aws.ToBool(in.EbsOptimized)),
		IamInstanceProfile: in.IamInstanceProfile, InstanceMonitoring: in.InstanceMonitoring, MetadataOptions: in.MetadataOptions,
	}
	if in.InstanceMonitoring == nil {
		s.configurations[name].InstanceMonitoring = &types.InstanceMonitoring{Enabled: aws.Bool(true)}
	}
	return &autoscaling.CreateLaunchConfigurationOutput{}, nil
}

// DescribeLaunchConfigurations lists launch configurations by name.
func (s *Sources) DescribeLaunchConfigurations(_ context.Context, in *autoscaling.DescribeLaunchConfigurationsInput) (*autoscaling.DescribeLaunchConfigurationsOutput, error) {
	var all []types.LaunchConfiguration
	for _, name := range slices.Sorted(maps.Keys(s.configurations)) {
		if len(in.LaunchConfigurationNames) == 0 || slices.Contains(in.LaunchConfigurationNames, name) {
			all = append(all, *s.configurations[name])
		}
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxRecords, 100)
	if err != nil {
		return nil, err
	}
	return &autoscaling.DescribeLaunchConfigurationsOutput{LaunchConfigurations: page, NextToken: next}, nil
}

// DeleteLaunchConfiguration deletes one that no group uses.
func (s *Sources) DeleteLaunchConfiguration(_ context.Context, in *autoscaling.DeleteLaunchConfigurationInput) (*autoscaling.DeleteLaunchConfigurationOutput, error) {
	name := aws.ToString(in.LaunchConfigurationName)
	if s.configurations[name] == nil {
		return nil, wire.Invalid("Launch configuration name not found - Launch configuration %s not found", name)
	}
	if group := s.user(name); group != "" {
		return nil, wire.Errorf("ResourceInUse", "Cannot delete launch configuration %s because it is attached to AutoScalingGroup %s", name, group)
	}
	delete(s.configurations, name)
	return &autoscaling.DeleteLaunchConfigurationOutput{}, nil
}

// configured is the launch of one instance as a launch configuration says.
func configured(c *types.LaunchConfiguration, subnet string) *ec2.RunInstancesInput {
	in := &ec2.RunInstancesInput{
		ImageId: c.ImageId, InstanceType: ec2types.InstanceType(*c.InstanceType), KeyName: c.KeyName, UserData: c.UserData,
		SecurityGroupIds: c.SecurityGroups, SubnetId: optional(subnet), EbsOptimized: c.EbsOptimized,
		Monitoring: &ec2types.RunInstancesMonitoringEnabled{Enabled: c.InstanceMonitoring.Enabled},
	}
	if c.AssociatePublicIpAddress != nil {
		in.NetworkInterfaces = []ec2types.InstanceNetworkInterfaceSpecification{{
			DeviceIndex: aws.Int32(0), SubnetId: in.SubnetId, Groups: in.SecurityGroupIds, AssociatePublicIpAddress: c.AssociatePublicIpAddress,
		}}
		in.SubnetId, in.SecurityGroupIds = nil, nil
	}
	if o := c.MetadataOptions; o != nil {
		in.MetadataOptions = &ec2types.InstanceMetadataOptionsRequest{
			HttpEndpoint: ec2types.InstanceMetadataEndpointState(o.HttpEndpoint), HttpTokens: ec2types.HttpTokensState(o.HttpTokens),
			HttpPutResponseHopLimit: o.HttpPutResponseHopLimit,
		}
	}
	if c.IamInstanceProfile != nil {
		in.IamInstanceProfile = &ec2types.IamInstanceProfileSpecification{Name: c.IamInstanceProfile}
	}
	for _, b := range c.BlockDeviceMappings {
		mapping := ec2types.BlockDeviceMapping{DeviceName: b.DeviceName, VirtualName: b.VirtualName}
		if e := b.Ebs; e != nil {
			mapping.Ebs = &ec2types.EbsBlockDevice{
				DeleteOnTermination: e.DeleteOnTermination, Encrypted: e.Encrypted, Iops: e.Iops, SnapshotId: e.SnapshotId,
				Throughput: e.Throughput, VolumeSize: e.VolumeSize, VolumeType: ec2types.VolumeType(aws.ToString(e.VolumeType)),
			}
		}
		if aws.ToBool(b.NoDevice) {
			mapping.NoDevice = aws.String("")
		}
		in.BlockDeviceMappings = append(in.BlockDeviceMappings, mapping)
	}
	return in
}
