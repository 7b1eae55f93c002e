package template

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// DescribeLaunchTemplates finds templates.
func (t *Templates) DescribeLaunchTemplates(ctx context.Context, in *ec2.DescribeLaunchTemplatesInput) (*ec2.DescribeLaunchTemplatesOutput, error) {
	for _, name := range in.LaunchTemplateNames {
		if t.named(name) == nil {
			return nil, wire.Errorf("InvalidLaunchTemplateName.NotFoundException", "At least one of the launch templates specified in the request does not exist.")
		}
	}
	found, err := t.all.Query(in.LaunchTemplateIds, in.Filters)
	if err != nil {
		return nil, err
	}
	if len(in.LaunchTemplateNames) > 0 {
		found = slices.DeleteFunc(found, func(one *template) bool { return !slices.Contains(in.LaunchTemplateNames, one.name) })
	}
	page, next, err := shelf.Page(found, nil, 1, in.NextToken, in.MaxResults)
	out := &ec2.DescribeLaunchTemplatesOutput{NextToken: next}
	for _, one := range page {
		out.LaunchTemplates = append(out.LaunchTemplates, t.describe(one))
	}
	return out, err
}

var versionFacts = shelf.Facts[types.LaunchTemplateVersion]{
	"is-default-version": func(v types.LaunchTemplateVersion) []string { return shelf.Flag(v.DefaultVersion) },
	"image-id":           func(v types.LaunchTemplateVersion) []string { return shelf.Text(v.LaunchTemplateData.ImageId) },
	"instance-type":      func(v types.LaunchTemplateVersion) []string { return shelf.Text(&v.LaunchTemplateData.InstanceType) },
	"ebs-optimized":      func(v types.LaunchTemplateVersion) []string { return shelf.Flag(v.LaunchTemplateData.EbsOptimized) },
	"create-time": func(v types.LaunchTemplateVersion) []string {
		return []string{v.CreateTime.Format("2006-01-02T15:04:05.000Z")}
	},
	"http-tokens": func(v types.LaunchTemplateVersion) []string {
		if m := v.LaunchTemplateData.MetadataOptions; m != nil {
			return shelf.Text(&m.HttpTokens)
		}
		return nil
	},
	"iam-instance-profile": func(v types.LaunchTemplateVersion) []string {
		if p := v.LaunchTemplateData.IamInstanceProfile; p != nil {
			return append(shelf.Text(p.Arn), shelf.Text(p.Name)...)
		}
		return nil
	},
}

// DescribeLaunchTemplateVersions finds versions of one template, the newest
// first, or the latest or default ones of all.
func (t *Templates) DescribeLaunchTemplateVersions(ctx context.Context, in *ec2.DescribeLaunchTemplateVersionsInput) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	found, err := t.versions(in)
	if err != nil {
		return nil, err
	}
	found, err = shelf.Select(found, in.Filters, versionFacts)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(found, nil, 1, in.NextToken, in.MaxResults)
	return &ec2.DescribeLaunchTemplateVersionsOutput{LaunchTemplateVersions: page, NextToken: next}, err
}

func (t *Templates) versions(in *ec2.DescribeLaunchTemplateVersionsInput) ([]types.LaunchTemplateVersion, error) {
	if aws.ToString(in.LaunchTemplateId) == "" && aws.ToString(in.LaunchTemplateName) == "" {
		return t.acrossTemplates(in)
	}
	one, err := t.find(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	var found []types.LaunchTemplateVersion
	if len(in.Versions) > 0 {
		if in.MinVersion != nil || in.MaxVersion != nil {
			return nil, wire.Errorf("InvalidParameterCombination", "Versions cannot be given together with MinVersion or MaxVersion.")
		}
		for _, name := range in.Versions {
			v, err := one.version(name)
			if err != nil {
				return nil, err
			}
			found = append(found, t.describeVersion(one, v))
		}
		return found, nil
	}
	least, err := bound(in.MinVersion, 1)
	if err != nil {
		return nil, err
	}
	most, err := bound(in.MaxVersion, one.latest)
	if err != nil {
		return nil, err
	}
	for _, v := range slices.Backward(one.versions) {
		if v.number >= least && v.number <= most {
			found = append(found, t.describeVersion(one, v))
		}
	}
	return found, nil
}

func bound(text *string, otherwise int64) (int64, error) {
	if aws.ToString(text) == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(*text, 10, 64)
	if err != nil {
		return 0, wire.Errorf("InvalidParameterValue", "Value (%s) for a version number is invalid.", *text)
	}
	return n, nil
}

// acrossTemplates gives the latest or the default versions of all templates.
func (t *Templates) acrossTemplates(in *ec2.DescribeLaunchTemplateVersionsInput) ([]types.LaunchTemplateVersion, error) {
	var found []types.LaunchTemplateVersion
	if len(in.Versions) == 0 {
		return nil, wire.Errorf("MissingParameter", "Either a launch template or the versions $Latest or $Default must be given.")
	}
	for _, name := range in.Versions {
		if name != "$Latest" && name != "$Default" {
			return nil, wire.Errorf("InvalidParameterValue", "Without a launch template, Versions may hold only $Latest and $Default, not %s.", name)
		}
		for _, one := range t.all.All() {
			v, err := one.version(name)
			if err != nil {
				return nil, err
			}
			found = append(found, t.describeVersion(one, v))
		}
	}
	return found, nil
}

// ImageUsers gives the ids of the templates of which one of the newest versions
// starts an image.
func (t *Templates) ImageUsers(image string, newest int) []string {
	var users []string
	for _, one := range t.all.All() {
		some := one.versions[max(0, len(one.versions)-newest):]
		if slices.ContainsFunc(some, func(v version) bool { return aws.ToString(v.data.ImageId) == image }) {
			users = append(users, one.id)
		}
	}
	return users
}
