package images

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// AddTemplate makes the launch template of a snapshot whose image is there. One
// of that name that is marked as this snapshot's and launches its image is
// taken as it is.
func (c *Store) AddTemplate(ctx context.Context, s gekko.Snapshot) (gekko.Snapshot, error) {
	out, err := c.ec2.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String(string(s.Name)),
		VersionDescription: aws.String("made by gekko with the image"),
		LaunchTemplateData: templateData(s),
		TagSpecifications:  tagged(templateTags(s), ec2types.ResourceTypeLaunchTemplate),
	})
	switch {
	case answer.Code(err) == "InvalidLaunchTemplateName.AlreadyExistsException":
		return c.takeTemplate(ctx, s)
	case err != nil:
		return s, fmt.Errorf("launch template %s: %w", s.Name, answer.Kind(err))
	}
	s.Template = gekko.TemplateID(aws.ToString(out.LaunchTemplate.LaunchTemplateId))
	s.Version = aws.ToInt64(out.LaunchTemplate.LatestVersionNumber)
	return s, nil
}

// templateData says how a group launches the snapshot. A hop limit of one keeps
// the metadata service from whatever forwards packets on the instance, and the
// monitoring is by the minute, as target tracking needs it. Volumes are tagged
// here because a group's own tags do not reach them
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html).
func templateData(s gekko.Snapshot) *ec2types.RequestLaunchTemplateData {
	d := &ec2types.RequestLaunchTemplateData{
		ImageId: aws.String(string(s.Image)),
		MetadataOptions: &ec2types.LaunchTemplateInstanceMetadataOptionsRequest{
			HttpEndpoint:            ec2types.LaunchTemplateInstanceMetadataEndpointStateEnabled,
			HttpTokens:              ec2types.LaunchTemplateHttpTokensStateRequired,
			HttpPutResponseHopLimit: aws.Int32(1),
		},
		Monitoring:       &ec2types.LaunchTemplatesMonitoringRequest{Enabled: aws.Bool(true)},
		SecurityGroupIds: s.Plan.SecurityGroups,
		TagSpecifications: []ec2types.LaunchTemplateTagSpecificationRequest{
			{ResourceType: ec2types.ResourceTypeVolume, Tags: ec2Tags(templateTags(s))},
		},
	}
	if len(s.Plan.InstanceTypes) > 0 {
		d.InstanceType = ec2types.InstanceType(s.Plan.InstanceTypes[0])
	}
	if s.Plan.KeyPair != "" {
		d.KeyName = aws.String(s.Plan.KeyPair)
	}
	return d
}

func templateTags(s gekko.Snapshot) map[string]string {
	return map[string]string{
		"Name":       string(s.Name),
		tag.App:      string(s.Name.App()),
		tag.Snapshot: string(s.Name),
		tag.Commit:   string(s.Commit),
	}
}

// takeTemplate is for a template whose name is taken: our own, of a call whose
// answer was lost, or somebody else's, which is ErrConflict.
func (c *Store) takeTemplate(ctx context.Context, s gekko.Snapshot) (gekko.Snapshot, error) {
	found, err := c.templates(ctx, having("launch-template-name", string(s.Name)))
	if err != nil {
		return s, err
	}
	t, ok := found[s.Name]
	if ok && ec2TagMap(t.Tags)[tag.Snapshot] == string(s.Name) {
		had := s
		had.Template = gekko.TemplateID(aws.ToString(t.LaunchTemplateId))
		had.Version = aws.ToInt64(t.DefaultVersionNumber)
		d, err := c.templateVersion(ctx, had)
		if err != nil {
			return s, err
		}
		if d != nil && aws.ToString(d.ImageId) == string(s.Image) {
			return had, nil
		}
	}
	return s, fmt.Errorf("launch template %s: %w: one of that name is there and launches another image", s.Name, gekko.ErrConflict)
}

// readTemplate fills in what only the template tells of a snapshot. A snapshot
// without a template stays as it is.
func (c *Store) readTemplate(ctx context.Context, s *gekko.Snapshot) error {
	found, err := c.templates(ctx, having("launch-template-name", string(s.Name)))
	if err != nil {
		return err
	}
	t, ok := found[s.Name]
	if !ok {
		return nil
	}
	s.Template = gekko.TemplateID(aws.ToString(t.LaunchTemplateId))
	s.Version = aws.ToInt64(t.DefaultVersionNumber)
	d, err := c.templateVersion(ctx, *s)
	if err != nil || d == nil {
		return err
	}
	s.Plan.SecurityGroups = d.SecurityGroupIds
	s.Plan.KeyPair = aws.ToString(d.KeyName)
	if len(s.Plan.InstanceTypes) == 0 && d.InstanceType != "" {
		s.Plan.InstanceTypes = []string{string(d.InstanceType)}
	}
	return nil
}

// templateVersion is what the snapshot's version of its template says; nil if
// there is no such version.
func (c *Store) templateVersion(ctx context.Context, s gekko.Snapshot) (*ec2types.ResponseLaunchTemplateData, error) {
	out, err := c.ec2.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: aws.String(string(s.Template)),
		Versions:         []string{strconv.FormatInt(s.Version, 10)},
	})
	if err != nil {
		return nil, fmt.Errorf("launch template %s: %w", s.Name, answer.Kind(err))
	}
	if len(out.LaunchTemplateVersions) == 0 {
		return nil, nil
	}
	return out.LaunchTemplateVersions[0].LaunchTemplateData, nil
}

// templates are those that fit the filters, by name.
func (c *Store) templates(ctx context.Context, filters ...ec2types.Filter) (map[gekko.SnapshotName]ec2types.LaunchTemplate, error) {
	all := map[gekko.SnapshotName]ec2types.LaunchTemplate{}
	in := &ec2.DescribeLaunchTemplatesInput{Filters: filters}
	for p := ec2.NewDescribeLaunchTemplatesPaginator(c.ec2, in); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("launch templates: %w", answer.Kind(err))
		}
		for _, t := range page.LaunchTemplates {
			all[gekko.SnapshotName(aws.ToString(t.LaunchTemplateName))] = t
		}
	}
	return all, nil
}

// dropTemplate deletes a template that bears gekko's tags; one that is gone is
// deleted already, and a stranger's of the same name stays.
func (c *Store) dropTemplate(ctx context.Context, name gekko.SnapshotName) error {
	found, err := c.templates(ctx, having("launch-template-name", string(name)), having("tag:"+tag.App, string(name.App())))
	if err != nil {
		return err
	}
	t, ok := found[name]
	if !ok {
		return nil
	}
	_, err = c.ec2.DeleteLaunchTemplate(ctx, &ec2.DeleteLaunchTemplateInput{LaunchTemplateId: t.LaunchTemplateId})
	if err != nil && !answer.Gone(answer.Kind(err)) {
		return fmt.Errorf("launch template %s: %w", name, answer.Kind(err))
	}
	return nil
}
