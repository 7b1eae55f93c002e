package ebs

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

const everybody = string(types.PermissionGroupAll)

// DescribeSnapshotAttribute tells who may make volumes of a snapshot.
func (s *Storage) DescribeSnapshotAttribute(ctx context.Context, in *ec2.DescribeSnapshotAttributeInput) (*ec2.DescribeSnapshotAttributeOutput, error) {
	of, err := s.snapshots.Find(aws.ToString(in.SnapshotId))
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeSnapshotAttributeOutput{SnapshotId: &of.id}
	switch in.Attribute {
	case types.SnapshotAttributeNameProductCodes:
	case types.SnapshotAttributeNameCreateVolumePermission:
		for _, user := range of.users {
			p := types.CreateVolumePermission{UserId: &user}
			if user == everybody {
				p = types.CreateVolumePermission{Group: types.PermissionGroupAll}
			}
			out.CreateVolumePermissions = append(out.CreateVolumePermissions, p)
		}
	default:
		return nil, wire.Errorf("InvalidParameterValue", "Value (%s) for parameter attribute is invalid. Unknown attribute.", in.Attribute)
	}
	return out, nil
}

// ModifySnapshotAttribute changes who may make volumes of a snapshot.
func (s *Storage) ModifySnapshotAttribute(ctx context.Context, in *ec2.ModifySnapshotAttributeInput) (*ec2.ModifySnapshotAttributeOutput, error) {
	of, err := s.snapshots.Find(aws.ToString(in.SnapshotId))
	if err != nil {
		return nil, err
	}
	var add, remove []string
	if p := in.CreateVolumePermission; p != nil {
		add, remove = sharedWith(p.Add), sharedWith(p.Remove)
	}
	named := slices.Concat(in.UserIds, in.GroupNames)
	switch in.OperationType {
	case types.OperationTypeRemove:
		remove = append(remove, named...)
	case types.OperationTypeAdd, "":
		add = append(add, named...)
	default:
		return nil, wire.Errorf("InvalidParameterValue", "Value (%s) for parameter operationType is invalid.", in.OperationType)
	}
	for _, user := range slices.Concat(add, remove) {
		if user != everybody && !accountID.MatchString(user) {
			return nil, wire.Errorf("InvalidParameterValue", "Invalid attribute item value %q for userId item type.", user)
		}
	}
	if *of.about.Encrypted && slices.Contains(add, everybody) {
		return nil, wire.Errorf("OperationNotPermitted", "Encrypted snapshots cannot be shared publicly")
	}
	users := slices.DeleteFunc(slices.Concat(of.users, add), func(u string) bool { return slices.Contains(remove, u) })
	slices.Sort(users)
	of.users = slices.Compact(users)
	return &ec2.ModifySnapshotAttributeOutput{}, nil
}

// sharedWith are the accounts and groups that permissions name.
func sharedWith(permissions []types.CreateVolumePermission) []string {
	var names []string
	for _, p := range permissions {
		if p.Group != "" {
			names = append(names, string(p.Group))
		} else {
			names = append(names, aws.ToString(p.UserId))
		}
	}
	return names
}
