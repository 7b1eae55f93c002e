package compute

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/ebs"
	"gekko/local/compute/shelf"
	"gekko/local/machine"
)

var imageKind = shelf.Kind{
	Type: "image", Prefix: "ami", Malformed: "InvalidAMIID.Malformed", NotFound: "InvalidAMIID.NotFound",
	One: "The image id '[%s]' does not exist", Many: "The image ids '[%s]' do not exist",
}

// image is an AMI: a frozen disk, or one of the bases that machines are made of.
type image struct {
	id    string
	about types.Image // without tags
	disk  *ebs.Disk   // nil: the base itself
	base  string      // that it goes back to
	user  string      // who logs in
	users []string    // accounts that may launch it, besides its owner and, if public, all
}

const rootDevice = "/dev/xvda"

// The accounts that own Amazon's own images and those of its marketplace.
const (
	amazon      = "137112412989"
	marketplace = "679593333241"
)

// baseOwners are the accounts that publish images of these names
// (https://wiki.debian.org/Cloud/AmazonEC2Image,
// https://docs.aws.amazon.com/linux/al2023/ug/ec2.html).
var baseOwners = []struct{ prefix, account string }{
	{"debian-", "136693071363"},
	{"", amazon},
}

// addBase adds a public image that starts a base; an empty owner is the one who
// publishes images of its name.
func (c *Cloud) addBase(id, name, owner string, b machine.Base) {
	for _, o := range baseOwners {
		if owner == "" && strings.HasPrefix(name, o.prefix) {
			owner = o.account
		}
	}
	im := &image{id: id, base: b.Name, user: b.User, about: c.newAbout(name, owner, b.Description)}
	im.about.ImageId = &im.id
	im.about.Public = aws.Bool(true)
	im.about.State = types.ImageStateAvailable
	im.about.BlockDeviceMappings = []types.BlockDeviceMapping{{DeviceName: aws.String(rootDevice), Ebs: &types.EbsBlockDevice{
		SnapshotId: aws.String(shelf.Kind{Prefix: "snap"}.NewID()), VolumeSize: aws.Int32(8), VolumeType: types.VolumeTypeGp3,
		Encrypted: aws.Bool(false), DeleteOnTermination: aws.Bool(true),
	}}}
	switch owner {
	case amazon:
		im.about.ImageOwnerAlias = aws.String("amazon")
	case marketplace:
		im.about.ImageOwnerAlias = aws.String("aws-marketplace")
	}
	c.images.Put(id, im)
}

// newAbout is what all images have in common.
func (c *Cloud) newAbout(name, owner, description string) types.Image {
	return types.Image{
		Name: &name, OwnerId: &owner, Description: &description, ImageLocation: aws.String(owner + "/" + name),
		CreationDate: aws.String(stamp(now())), State: types.ImageStatePending, Public: aws.Bool(false),
		Architecture: types.ArchitectureValuesX8664, ImageType: types.ImageTypeValuesMachine, Hypervisor: types.HypervisorTypeXen,
		VirtualizationType: types.VirtualizationTypeHvm, RootDeviceType: types.DeviceTypeEbs, RootDeviceName: aws.String(rootDevice),
		EnaSupport: aws.Bool(true), SriovNetSupport: aws.String("simple"),
		PlatformDetails: aws.String("Linux/UNIX"), UsageOperation: aws.String("RunInstances"),
	}
}

func (c *Cloud) own(im *image) bool { return *im.about.OwnerId == c.o.Account }

var imageFacts = shelf.Facts[*image]{
	"architecture":        func(im *image) []string { return []string{string(im.about.Architecture)} },
	"creation-date":       func(im *image) []string { return shelf.Text(im.about.CreationDate) },
	"description":         func(im *image) []string { return shelf.Text(im.about.Description) },
	"ena-support":         func(im *image) []string { return shelf.Flag(im.about.EnaSupport) },
	"hypervisor":          func(im *image) []string { return []string{string(im.about.Hypervisor)} },
	"image-id":            func(im *image) []string { return []string{im.id} },
	"image-type":          func(im *image) []string { return []string{string(im.about.ImageType)} },
	"is-public":           func(im *image) []string { return shelf.Flag(im.about.Public) },
	"name":                func(im *image) []string { return shelf.Text(im.about.Name) },
	"owner-alias":         func(im *image) []string { return shelf.Text(im.about.ImageOwnerAlias) },
	"owner-id":            func(im *image) []string { return shelf.Text(im.about.OwnerId) },
	"platform":            func(im *image) []string { return nil },
	"root-device-name":    func(im *image) []string { return shelf.Text(im.about.RootDeviceName) },
	"root-device-type":    func(im *image) []string { return []string{string(im.about.RootDeviceType)} },
	"source-image-id":     func(im *image) []string { return shelf.Text(im.about.SourceImageId) },
	"source-instance-id":  func(im *image) []string { return shelf.Text(im.about.SourceInstanceId) },
	"state":               func(im *image) []string { return []string{string(im.about.State)} },
	"virtualization-type": func(im *image) []string { return []string{string(im.about.VirtualizationType)} },
	"state-reason-code": func(im *image) []string {
		if im.about.StateReason == nil {
			return nil
		}
		return shelf.Text(im.about.StateReason.Code)
	},
	"block-device-mapping.snapshot-id": func(im *image) []string {
		var ids []string
		for _, d := range im.about.BlockDeviceMappings {
			ids = append(ids, shelf.Text(d.Ebs.SnapshotId)...)
		}
		return ids
	},
}

func (c *Cloud) describeImage(im *image) types.Image {
	about := im.about
	about.Tags = c.tags.Of(im.id)
	return about
}

// DescribeImages finds images that the account may launch.
func (c *Cloud) DescribeImages(ctx context.Context, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
	ids := c.known(in.ImageIds)
	if len(ids) < len(in.ImageIds) && len(ids) == 0 {
		return &ec2.DescribeImagesOutput{}, nil
	}
	asked := shelf.Asked{IDs: ids, Filters: in.Filters, NextToken: in.NextToken, MaxResults: in.MaxResults, Least: 1}
	page, next, err := c.images.Page(asked, func(im *image) bool {
		return (len(in.Owners) == 0 || c.ownedBy(im, in.Owners)) && (len(in.ExecutableUsers) == 0 || c.openTo(im, in.ExecutableUsers))
	})
	out := &ec2.DescribeImagesOutput{NextToken: next}
	for _, im := range page {
		out.Images = append(out.Images, c.describeImage(im))
	}
	return out, err
}

// ownedBy says whether an image's owner is named: self, an alias or an account.
func (c *Cloud) ownedBy(im *image, owners []string) bool {
	return slices.ContainsFunc(owners, func(o string) bool {
		return o == "self" && c.own(im) || o == *im.about.OwnerId || o != "" && o == aws.ToString(im.about.ImageOwnerAlias)
	})
}

// openTo says whether an image was opened to a user who is named: all, self or
// an account.
func (c *Cloud) openTo(im *image, users []string) bool {
	return slices.ContainsFunc(users, func(u string) bool {
		if u == "self" {
			u = c.o.Account
		}
		return u == "all" && *im.about.Public || slices.Contains(im.users, u)
	})
}

// imageOf names an image that consists of a snapshot.
func (c *Cloud) imageOf(snapshot string) (id string, ok bool) {
	for _, im := range c.images.All() {
		for _, d := range im.about.BlockDeviceMappings {
			if aws.ToString(d.Ebs.SnapshotId) == snapshot {
				return im.id, true
			}
		}
	}
	return "", false
}
