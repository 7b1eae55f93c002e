package compute

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// What several operations read alike.
const (
	paged   = "Filters MaxResults NextToken "
	several = "InstanceIds "
	devices = "BlockDeviceMappings.DeviceName BlockDeviceMappings.NoDevice BlockDeviceMappings.Ebs.DeleteOnTermination " +
		"BlockDeviceMappings.Ebs.Encrypted BlockDeviceMappings.Ebs.KmsKeyId BlockDeviceMappings.Ebs.SnapshotId " +
		"BlockDeviceMappings.Ebs.VolumeSize BlockDeviceMappings.Ebs.VolumeType BlockDeviceMappings.Ebs.Iops BlockDeviceMappings.Ebs.Throughput "
	ownInterface = "NetworkInterfaces.SubnetId NetworkInterfaces.Groups NetworkInterfaces.DeviceIndex NetworkInterfaces.Description "
)

// Register lets m serve EC2.
func (c *Cloud) Register(m *wire.Mux) {
	c.Network.Register(m)
	c.Templates.Register(m)
	c.Pairs.Register(m)
	c.storage.Register(m)
	c.catalog.Register(m)
	c.registerInstances(m)
	c.registerImages(m)
	c.registerRest(m)
}

// runForUsers, tagForUsers and untagForUsers refuse the keys that AWS keeps for
// itself, which Auto Scaling, calling the operations directly, sets.
func (c *Cloud) runForUsers(ctx context.Context, in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	for _, s := range in.TagSpecifications {
		if err := shelf.CheckKeys(s.Tags); err != nil {
			return nil, err
		}
	}
	return c.RunInstances(ctx, in)
}

func (c *Cloud) tagForUsers(ctx context.Context, in *ec2.CreateTagsInput) (*ec2.CreateTagsOutput, error) {
	if err := shelf.CheckKeys(in.Tags); err != nil {
		return nil, err
	}
	return c.CreateTags(ctx, in)
}

func (c *Cloud) untagForUsers(ctx context.Context, in *ec2.DeleteTagsInput) (*ec2.DeleteTagsOutput, error) {
	if err := shelf.CheckKeys(in.Tags); err != nil {
		return nil, err
	}
	return c.DeleteTags(ctx, in)
}

func (c *Cloud) registerInstances(m *wire.Mux) {
	wire.Handle(m, wire.EC2, c.runForUsers, wire.Fields{
		Reads: devices + ownInterface + "MinCount MaxCount ImageId InstanceType KeyName SecurityGroupIds SecurityGroups SubnetId UserData ClientToken " +
			"LaunchTemplate InstanceInitiatedShutdownBehavior DisableApiTermination MetadataOptions.HttpTokens MetadataOptions.HttpEndpoint " +
			"MetadataOptions.HttpPutResponseHopLimit MetadataOptions.InstanceMetadataTags Monitoring TagSpecifications " +
			"Placement.AvailabilityZone Placement.Tenancy IamInstanceProfile EbsOptimized",
		Accepts: "CreditSpecification MaintenanceOptions MetadataOptions.HttpProtocolIpv6 NetworkInterfaces.AssociatePublicIpAddress NetworkInterfaces.DeleteOnTermination",
	})
	wire.Handle(m, wire.EC2, c.DescribeInstances, wire.Fields{Reads: paged + "InstanceIds", Accepts: "IncludeManagedResources"})
	wire.Handle(m, wire.EC2, c.DescribeInstanceStatus, wire.Fields{Reads: paged + "InstanceIds IncludeAllInstances", Accepts: "IncludeManagedResources"})
	wire.Handle(m, wire.EC2, c.terminateForUsers, wire.Fields{Reads: several + "Force SkipOsShutdown"})
	wire.Handle(m, wire.EC2, c.StopInstances, wire.Fields{Reads: several + "Force SkipOsShutdown"})
	wire.Handle(m, wire.EC2, c.StartInstances, wire.Fields{Reads: several})
	wire.Handle(m, wire.EC2, c.RebootInstances, wire.Fields{Reads: several})
	wire.Handle(m, wire.EC2, c.MonitorInstances, wire.Fields{Reads: several})
	wire.Handle(m, wire.EC2, c.UnmonitorInstances, wire.Fields{Reads: several})
	wire.Handle(m, wire.EC2, c.GetConsoleOutput, wire.Fields{Reads: "InstanceId Latest"})
	wire.Handle(m, wire.EC2, c.DescribeInstanceAttribute, wire.Fields{Reads: "InstanceId Attribute"})
	wire.Handle(m, wire.EC2, c.ModifyInstanceAttribute, wire.Fields{
		Reads: "InstanceId Attribute Value UserData InstanceType InstanceInitiatedShutdownBehavior DisableApiTermination " +
			"SourceDestCheck Groups EnaSupport SriovNetSupport EbsOptimized BlockDeviceMappings.DeviceName BlockDeviceMappings.Ebs.DeleteOnTermination",
	})
	wire.Handle(m, wire.EC2, c.ModifyInstanceMetadataOptions, wire.Fields{
		Reads:   "InstanceId HttpEndpoint HttpTokens HttpPutResponseHopLimit InstanceMetadataTags",
		Accepts: "HttpProtocolIpv6",
	})
	wire.Handle(m, wire.EC2, c.DescribeNetworkInterfaces, wire.Fields{Reads: paged + "NetworkInterfaceIds", Accepts: "IncludeManagedResources"})
}

func (c *Cloud) registerImages(m *wire.Mux) {
	wire.Handle(m, wire.EC2, c.CreateImage, wire.Fields{
		Reads: "InstanceId Name Description NoReboot TagSpecifications BlockDeviceMappings.DeviceName BlockDeviceMappings.NoDevice " +
			"BlockDeviceMappings.Ebs.DeleteOnTermination BlockDeviceMappings.Ebs.Encrypted BlockDeviceMappings.Ebs.VolumeSize BlockDeviceMappings.Ebs.VolumeType",
	})
	wire.Handle(m, wire.EC2, c.DescribeImages, wire.Fields{Reads: paged + "ImageIds Owners ExecutableUsers", Accepts: "IncludeDeprecated IncludeDisabled"})
	wire.Handle(m, wire.EC2, c.DeregisterImage, wire.Fields{Reads: "ImageId DeleteAssociatedSnapshots"})
	wire.Handle(m, wire.EC2, c.CopyImage, wire.Fields{
		Reads: "Name Description SourceImageId SourceRegion ClientToken CopyImageTags Encrypted KmsKeyId TagSpecifications",
	})
	wire.Handle(m, wire.EC2, c.DescribeImageAttribute, wire.Fields{Reads: "ImageId Attribute"})
	wire.Handle(m, wire.EC2, c.ModifyImageAttribute, wire.Fields{
		Reads: "ImageId Attribute Value Description ImdsSupport OperationType UserIds UserGroups " +
			"LaunchPermission.Add.UserId LaunchPermission.Add.Group LaunchPermission.Remove.UserId LaunchPermission.Remove.Group",
	})
	wire.Handle(m, wire.EC2, c.DescribeImageReferences, wire.Fields{Reads: "ImageIds IncludeAllResourceTypes ResourceTypes.ResourceType MaxResults NextToken"})
}

func (c *Cloud) registerRest(m *wire.Mux) {
	wire.Handle(m, wire.EC2, c.tagForUsers, wire.Fields{Reads: "Resources Tags"})
	wire.Handle(m, wire.EC2, c.untagForUsers, wire.Fields{Reads: "Resources Tags"})
	wire.Handle(m, wire.EC2, c.DescribeTags, wire.Fields{Reads: paged})
	wire.Handle(m, wire.EC2, c.DescribeAccountAttributes, wire.Fields{Reads: "AttributeNames"})
}
