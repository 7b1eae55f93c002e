package compute

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// checkDevices finds the block devices of a launch: the image's, as the request
// changes them, and the request's own.
func (c *Cloud) checkDevices(l *launch) error {
	l.devices = slices.Clone(l.image.about.BlockDeviceMappings)
	for _, asked := range l.in.BlockDeviceMappings {
		name := aws.ToString(asked.DeviceName)
		if name == "" {
			return missing("DeviceName")
		}
		at := slices.IndexFunc(l.devices, func(d types.BlockDeviceMapping) bool { return *d.DeviceName == name })
		switch {
		case asked.NoDevice != nil && name == *l.image.about.RootDeviceName:
			return wire.Errorf("InvalidBlockDeviceMapping", "The root device %s cannot be suppressed", name)
		case asked.NoDevice != nil && at >= 0:
			l.devices = slices.Delete(l.devices, at, at+1)
			continue
		case asked.NoDevice != nil || asked.Ebs == nil:
			continue
		case at < 0:
			at = len(l.devices)
			l.devices = append(l.devices, types.BlockDeviceMapping{DeviceName: &name, Ebs: &types.EbsBlockDevice{DeleteOnTermination: aws.Bool(true)}})
		}
		ebs, err := c.storage.Settle(*l.devices[at].Ebs, *asked.Ebs)
		if err != nil {
			return err
		}
		l.devices[at].Ebs = ebs
	}
	return nil
}

// newVolumes makes the volumes of an instance.
func (c *Cloud) newVolumes(i *instance, l *launch) []types.InstanceBlockDeviceMapping {
	var mappings []types.InstanceBlockDeviceMapping
	for _, d := range l.devices {
		mapping, err := c.storage.Attach(i.id, d.DeviceName, *d.Ebs, l.subnet.AvailabilityZone, l.subnet.AvailabilityZoneId, l.tags[types.ResourceTypeVolume])
		if err != nil {
			c.o.Log.Error("tags were not set", "instance", i.id, "device", *d.DeviceName, "error", err)
		}
		mappings = append(mappings, mapping)
	}
	return mappings
}
