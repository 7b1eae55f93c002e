package compute

import (
	"context"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// ownImage finds an image that the account may change.
func (c *Cloud) ownImage(id *string) (*image, error) {
	im, err := c.images.Find(aws.ToString(id))
	if err != nil {
		return nil, err
	}
	if !c.own(im) {
		return nil, wire.Errorf("AuthFailure", "Not authorized for image:%s", im.id)
	}
	return im, nil
}

// DescribeImageAttribute tells one attribute of an image.
func (c *Cloud) DescribeImageAttribute(ctx context.Context, in *ec2.DescribeImageAttributeInput) (*ec2.DescribeImageAttributeOutput, error) {
	im, err := c.ownImage(in.ImageId)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeImageAttributeOutput{ImageId: &im.id}
	switch in.Attribute {
	case types.ImageAttributeNameDescription:
		out.Description = &types.AttributeValue{Value: im.about.Description}
	case types.ImageAttributeNameLaunchPermission:
		if *im.about.Public {
			out.LaunchPermissions = append(out.LaunchPermissions, types.LaunchPermission{Group: types.PermissionGroupAll})
		}
		for _, user := range im.users {
			out.LaunchPermissions = append(out.LaunchPermissions, types.LaunchPermission{UserId: &user})
		}
	case types.ImageAttributeNameBlockDeviceMapping:
		out.BlockDeviceMappings = im.about.BlockDeviceMappings
	case types.ImageAttributeNameImdsSupport:
		out.ImdsSupport = &types.AttributeValue{}
		if im.about.ImdsSupport != "" {
			out.ImdsSupport.Value = aws.String(string(im.about.ImdsSupport))
		}
	case types.ImageAttributeNameLastLaunchedTime:
		out.LastLaunchedTime = &types.AttributeValue{Value: im.about.LastLaunchedTime}
	case types.ImageAttributeNameKernel, types.ImageAttributeNameRamdisk, types.ImageAttributeNameProductCodes, types.ImageAttributeNameSriovNetSupport, types.ImageAttributeNameBootMode:
	default:
		return nil, unknownAttribute(string(in.Attribute))
	}
	return out, nil
}

// ModifyImageAttribute changes one attribute of an image.
func (c *Cloud) ModifyImageAttribute(ctx context.Context, in *ec2.ModifyImageAttributeInput) (*ec2.ModifyImageAttributeOutput, error) {
	im, err := c.ownImage(in.ImageId)
	if err != nil {
		return nil, err
	}
	attribute := aws.ToString(in.Attribute)
	switch {
	case in.Description != nil:
		im.about.Description = aws.String(aws.ToString(in.Description.Value))
	case attribute == "description":
		im.about.Description = aws.String(aws.ToString(in.Value))
	case in.ImdsSupport != nil || attribute == "imdsSupport":
		value := aws.ToString(in.Value)
		if in.ImdsSupport != nil {
			value = aws.ToString(in.ImdsSupport.Value)
		}
		if value != string(types.ImdsSupportValuesV20) {
			return nil, wire.Errorf("InvalidParameterValue", "Value (%s) for parameter imdsSupport is invalid. The only valid value is v2.0.", value)
		}
		im.about.ImdsSupport = types.ImdsSupportValuesV20
	case in.LaunchPermission != nil || attribute == "launchPermission" || len(in.UserIds)+len(in.UserGroups) > 0:
		changes, err := permissions(in)
		if err != nil {
			return nil, err
		}
		im.permit(changes)
	default:
		return nil, wire.Errorf("InvalidParameterCombination", "No attributes specified.")
	}
	return &ec2.ModifyImageAttributeOutput{}, nil
}

// permissions gathers both forms in which launch permissions are asked for.
func permissions(in *ec2.ModifyImageAttributeInput) (types.LaunchPermissionModifications, error) {
	var changes types.LaunchPermissionModifications
	if in.LaunchPermission != nil {
		changes = *in.LaunchPermission
	}
	var named []types.LaunchPermission
	for _, user := range in.UserIds {
		named = append(named, types.LaunchPermission{UserId: &user})
	}
	for _, group := range in.UserGroups {
		named = append(named, types.LaunchPermission{Group: types.PermissionGroup(group)})
	}
	switch in.OperationType {
	case types.OperationTypeRemove:
		changes.Remove = slices.Concat(changes.Remove, named)
	case types.OperationTypeAdd, "":
		changes.Add = slices.Concat(changes.Add, named)
	default:
		return changes, wire.Errorf("InvalidParameterValue", "Value (%s) for parameter operationType is invalid.", in.OperationType)
	}
	for _, p := range slices.Concat(changes.Add, changes.Remove) {
		if err := checkPermission(string(p.Group), aws.ToString(p.UserId)); err != nil {
			return changes, err
		}
	}
	return changes, nil
}

// checkPermission refuses a group other than all and what is no account.
func checkPermission(group, user string) error {
	if group != "" && group != string(types.PermissionGroupAll) {
		return wire.Errorf("InvalidParameterValue", "Value (%s) for parameter group is invalid. The only valid value is all.", group)
	}
	if group == "" && !accountID.MatchString(user) {
		return wire.Errorf("InvalidAMIAttributeItemValue", "Invalid attribute item value %q for userId item type.", user)
	}
	return nil
}

func (im *image) permit(changes types.LaunchPermissionModifications) {
	for _, p := range changes.Add {
		switch user := aws.ToString(p.UserId); {
		case p.Group != "":
			im.about.Public = aws.Bool(true)
		case !slices.Contains(im.users, user):
			im.users = append(im.users, user)
		}
	}
	for _, p := range changes.Remove {
		if p.Group != "" {
			im.about.Public = aws.Bool(false)
		}
		im.users = slices.DeleteFunc(im.users, func(u string) bool { return u == aws.ToString(p.UserId) })
	}
}
