package template

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// DeleteLaunchTemplate deletes a template with all its versions.
func (t *Templates) DeleteLaunchTemplate(ctx context.Context, in *ec2.DeleteLaunchTemplateInput) (*ec2.DeleteLaunchTemplateOutput, error) {
	one, err := t.find(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	about := t.describe(one)
	t.all.Remove(one.id)
	return &ec2.DeleteLaunchTemplateOutput{LaunchTemplate: &about}, nil
}

// DeleteLaunchTemplateVersions deletes versions, but not the default one, and
// tells of each how that went.
func (t *Templates) DeleteLaunchTemplateVersions(ctx context.Context, in *ec2.DeleteLaunchTemplateVersionsInput) (*ec2.DeleteLaunchTemplateVersionsOutput, error) {
	one, err := t.find(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	if len(in.Versions) > 200 {
		return nil, wire.Errorf("InvalidParameterValue", "At most 200 versions can be deleted in one request.")
	}
	out := &ec2.DeleteLaunchTemplateVersionsOutput{}
	for _, name := range in.Versions {
		number, err := strconv.ParseInt(name, 10, 64)
		if err != nil {
			return nil, wire.Errorf("InvalidParameterValue", "Value (%s) for a version number is invalid.", name)
		}
		if refused := one.delete(number); refused != nil {
			out.UnsuccessfullyDeletedLaunchTemplateVersions = append(out.UnsuccessfullyDeletedLaunchTemplateVersions,
				types.DeleteLaunchTemplateVersionsResponseErrorItem{
					LaunchTemplateId: &one.id, LaunchTemplateName: &one.name, VersionNumber: &number, ResponseError: refused,
				})
			continue
		}
		out.SuccessfullyDeletedLaunchTemplateVersions = append(out.SuccessfullyDeletedLaunchTemplateVersions,
			types.DeleteLaunchTemplateVersionsResponseSuccessItem{
				LaunchTemplateId: &one.id, LaunchTemplateName: &one.name, VersionNumber: &number,
			})
	}
	return out, nil
}

func (one *template) delete(number int64) *types.ResponseError {
	at := slices.IndexFunc(one.versions, func(v version) bool { return v.number == number })
	switch {
	case at < 0:
		return &types.ResponseError{
			Code:    types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist,
			Message: aws.String("The specified launch template version does not exist."),
		}
	case number == one.usual:
		return &types.ResponseError{
			Code:    types.LaunchTemplateErrorCodeUnexpectedError,
			Message: aws.String("The default version of a launch template cannot be deleted."),
		}
	}
	one.versions = slices.Delete(slices.Clone(one.versions), at, at+1)
	return nil
}
