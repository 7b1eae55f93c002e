package template

import "gekko/local/wire"

const named = "LaunchTemplateId LaunchTemplateName "

// Data are the fields of a template that a launch understands, below
// LaunchTemplateData; of the rest, those in accepted are kept and given back.
const data = "LaunchTemplateData.BlockDeviceMappings.DeviceName LaunchTemplateData.BlockDeviceMappings.NoDevice " +
	"LaunchTemplateData.BlockDeviceMappings.Ebs.DeleteOnTermination LaunchTemplateData.BlockDeviceMappings.Ebs.Encrypted " +
	"LaunchTemplateData.BlockDeviceMappings.Ebs.KmsKeyId LaunchTemplateData.BlockDeviceMappings.Ebs.SnapshotId " +
	"LaunchTemplateData.BlockDeviceMappings.Ebs.VolumeSize LaunchTemplateData.BlockDeviceMappings.Ebs.VolumeType " +
	"LaunchTemplateData.BlockDeviceMappings.Ebs.Iops LaunchTemplateData.BlockDeviceMappings.Ebs.Throughput " +
	"LaunchTemplateData.DisableApiTermination LaunchTemplateData.ImageId LaunchTemplateData.InstanceInitiatedShutdownBehavior " +
	"LaunchTemplateData.InstanceType LaunchTemplateData.KeyName LaunchTemplateData.MetadataOptions LaunchTemplateData.Monitoring " +
	"LaunchTemplateData.NetworkInterfaces.SubnetId LaunchTemplateData.NetworkInterfaces.Groups LaunchTemplateData.NetworkInterfaces.DeviceIndex " +
	"LaunchTemplateData.NetworkInterfaces.Description LaunchTemplateData.NetworkInterfaces.AssociatePublicIpAddress LaunchTemplateData.NetworkInterfaces.DeleteOnTermination " +
	"LaunchTemplateData.Placement.AvailabilityZone LaunchTemplateData.Placement.Tenancy LaunchTemplateData.SecurityGroupIds LaunchTemplateData.SecurityGroups " +
	"LaunchTemplateData.TagSpecifications LaunchTemplateData.UserData "

const accepted = "LaunchTemplateData.EbsOptimized LaunchTemplateData.CreditSpecification LaunchTemplateData.IamInstanceProfile LaunchTemplateData.MaintenanceOptions"

// Register lets m serve the templates' operations.
func (t *Templates) Register(m *wire.Mux) {
	wire.Handle(m, wire.EC2, t.CreateLaunchTemplate, wire.Fields{Reads: data + "LaunchTemplateName VersionDescription ClientToken TagSpecifications", Accepts: accepted})
	wire.Handle(m, wire.EC2, t.CreateLaunchTemplateVersion, wire.Fields{Reads: data + named + "SourceVersion VersionDescription ClientToken", Accepts: accepted})
	wire.Handle(m, wire.EC2, t.ModifyLaunchTemplate, wire.Fields{Reads: named + "DefaultVersion", Accepts: "ClientToken"})
	wire.Handle(m, wire.EC2, t.DescribeLaunchTemplates, wire.Fields{Reads: "LaunchTemplateIds LaunchTemplateNames Filters MaxResults NextToken"})
	wire.Handle(m, wire.EC2, t.DescribeLaunchTemplateVersions, wire.Fields{Reads: named + "Versions MinVersion MaxVersion Filters MaxResults NextToken"})
	wire.Handle(m, wire.EC2, t.DeleteLaunchTemplate, wire.Fields{Reads: named})
	wire.Handle(m, wire.EC2, t.DeleteLaunchTemplateVersions, wire.Fields{Reads: named + "Versions"})
}
