// Package source is what a group's instances are launched from: a launch
// template, a mixed instances policy around one, or a launch configuration. It
// knows no groups, and launches nothing.
package source

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/scaling/account"
	"gekko/local/wire"
)

// Templates looks launch templates up; it is called inside the loop.
type Templates interface {
	DescribeLaunchTemplateVersions(context.Context, *ec2.DescribeLaunchTemplateVersionsInput) (*ec2.DescribeLaunchTemplateVersionsOutput, error)
}

// Sources is all that an account can launch from. Its operations are methods
// with the SDK's types, called inside the loop.
type Sources struct {
	account        account.Account
	templates      Templates
	user           func(configuration string) (group string)
	configurations map[string]*types.LaunchConfiguration
}

// New makes an account without launch configurations; user names a group that
// uses one, if any does.
func New(a account.Account, t Templates, user func(configuration string) (group string)) *Sources {
	return &Sources{account: a, templates: t, user: user, configurations: map[string]*types.LaunchConfiguration{}}
}

// Source is what a group's instances are made from; one of the three is set.
type Source struct {
	Configuration *string
	Template      *types.LaunchTemplateSpecification
	Mixed         *types.MixedInstancesPolicy
}

// Launched says what an instance was made from, with the version that it had.
type Launched struct {
	Configuration *string
	Template      *types.LaunchTemplateSpecification
	Version       int64     // of the template
	Made          time.Time // when that configuration or version was
}

// Known checks that exactly one source was named and that it is there. The
// id and the name of a template are both filled in.
func (s *Sources) Known(configuration *string, template *types.LaunchTemplateSpecification, mixed *types.MixedInstancesPolicy) (Source, error) {
	given := 0
	for _, there := range []bool{aws.ToString(configuration) != "", template != nil, mixed != nil} {
		if there {
			given++
		}
	}
	if given != 1 {
		return Source{}, wire.Invalid("Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
	}
	switch {
	case template != nil:
		known, err := s.knownTemplate(template)
		return Source{Template: known}, err
	case mixed != nil:
		known, err := s.knownMixed(mixed)
		return Source{Mixed: known}, err
	}
	if s.configurations[*configuration] == nil {
		return Source{}, wire.Invalid("Launch configuration name not found - Launch configuration %s not found", *configuration)
	}
	return Source{Configuration: configuration}, nil
}

// knownMixed takes a policy whose overrides name instance types, which are
// tried in their order. What would need prices or weights is refused.
func (s *Sources) knownMixed(p *types.MixedInstancesPolicy) (*types.MixedInstancesPolicy, error) {
	if p.LaunchTemplate == nil || p.LaunchTemplate.LaunchTemplateSpecification == nil {
		return nil, wire.Invalid("The mixed instances policy needs a LaunchTemplate with a LaunchTemplateSpecification.")
	}
	for _, o := range p.LaunchTemplate.Overrides {
		if o.InstanceType == nil || o.LaunchTemplateSpecification != nil || o.InstanceRequirements != nil || o.ImageId != nil ||
			o.WeightedCapacity != nil && *o.WeightedCapacity != "1" {
			return nil, wire.Errorf("UnsupportedOperation", "An override of a mixed instances policy names an InstanceType here and nothing else.")
		}
	}
	if d := p.InstancesDistribution; d != nil && d.OnDemandPercentageAboveBaseCapacity != nil && *d.OnDemandPercentageAboveBaseCapacity != 100 {
		return nil, wire.Errorf("UnsupportedOperation", "Spot instances are not supported here: leave OnDemandPercentageAboveBaseCapacity at 100.")
	}
	known, err := s.knownTemplate(p.LaunchTemplate.LaunchTemplateSpecification)
	if err != nil {
		return nil, err
	}
	copied, template := *p, *p.LaunchTemplate
	template.LaunchTemplateSpecification = known
	copied.LaunchTemplate = &template
	return &copied, nil
}

// knownTemplate completes a specification that names a template by id or name.
func (s *Sources) knownTemplate(t *types.LaunchTemplateSpecification) (*types.LaunchTemplateSpecification, error) {
	if (t.LaunchTemplateId == nil) == (t.LaunchTemplateName == nil) {
		return nil, wire.Invalid("Valid requests must contain either launchTemplateId or LaunchTemplateName")
	}
	version, err := s.version(t)
	if err != nil {
		return nil, err
	}
	if d := version.LaunchTemplateData; d == nil || aws.ToString(d.ImageId) == "" {
		return nil, wire.Invalid("You must use a valid fully-formed launch template. The request must contain the parameter ImageId")
	}
	known := &types.LaunchTemplateSpecification{
		LaunchTemplateId: version.LaunchTemplateId, LaunchTemplateName: version.LaunchTemplateName, Version: t.Version,
	}
	if aws.ToString(known.Version) == "" {
		known.Version = aws.String("$Default")
	}
	return known, nil
}

// version looks a template's version up: a number, $Latest or $Default.
func (s *Sources) version(t *types.LaunchTemplateSpecification) (ec2types.LaunchTemplateVersion, error) {
	wanted := aws.ToString(t.Version)
	if wanted == "" {
		wanted = "$Default"
	}
	in := &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: t.LaunchTemplateId, Versions: []string{wanted}}
	if t.LaunchTemplateId == nil {
		in.LaunchTemplateName = t.LaunchTemplateName
	}
	out, err := s.templates.DescribeLaunchTemplateVersions(context.Background(), in)
	if err == nil && len(out.LaunchTemplateVersions) == 1 {
		return out.LaunchTemplateVersions[0], nil
	}
	var refused *wire.Error
	versionUnknown := err == nil || errors.As(err, &refused) && refused.Code == "InvalidLaunchTemplateId.VersionNotFound"
	switch {
	case versionUnknown:
		return ec2types.LaunchTemplateVersion{}, wire.Invalid("You must use a valid fully-formed launch template. Could not find the specified version %s for the launch template with ID %s.", wanted, aws.ToString(cmp.Or(t.LaunchTemplateId, t.LaunchTemplateName)))
	case t.LaunchTemplateId != nil:
		return ec2types.LaunchTemplateVersion{}, wire.Invalid("You must use a valid fully-formed launch template. The specified launch template, with template ID %s, does not exist.", *t.LaunchTemplateId)
	}
	return ec2types.LaunchTemplateVersion{}, wire.Invalid("You must use a valid fully-formed launch template. The specified launch template, with template name %s, does not exist.", *t.LaunchTemplateName)
}

// Types lists the instance types to try; empty: that of the template.
func (o Source) Types() []string {
	if o.Mixed == nil || len(o.Mixed.LaunchTemplate.Overrides) == 0 {
		return []string{""}
	}
	var all []string
	for _, override := range o.Mixed.LaunchTemplate.Overrides {
		all = append(all, *override.InstanceType)
	}
	return all
}

// Request is the launch of one instance in a subnet.
func (s *Sources) Request(o Source, subnet, instanceType string) (*ec2.RunInstancesInput, Launched, error) {
	if o.Configuration != nil {
		c := s.configurations[*o.Configuration]
		return configured(c, subnet), Launched{Configuration: o.Configuration, Made: *c.CreatedTime}, nil
	}
	template := o.Template
	if o.Mixed != nil {
		template = o.Mixed.LaunchTemplate.LaunchTemplateSpecification
	}
	v, err := s.version(template)
	if err != nil {
		return nil, Launched{}, err
	}
	number := strconv.FormatInt(aws.ToInt64(v.VersionNumber), 10)
	in := &ec2.RunInstancesInput{
		LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateId: v.LaunchTemplateId, Version: &number},
		InstanceType:   ec2types.InstanceType(instanceType),
	}
	templated(in, v.LaunchTemplateData, subnet)
	return in, Launched{
		Template: &types.LaunchTemplateSpecification{LaunchTemplateId: v.LaunchTemplateId, LaunchTemplateName: v.LaunchTemplateName, Version: &number},
		Version:  aws.ToInt64(v.VersionNumber),
		Made:     aws.ToTime(v.CreateTime),
	}, nil
}

// templated puts the subnet where EC2 wants it, which is in the network
// interface if the template has one.
func templated(in *ec2.RunInstancesInput, d *ec2types.ResponseLaunchTemplateData, subnet string) {
	if len(d.NetworkInterfaces) == 0 {
		in.SubnetId = optional(subnet)
		return
	}
	n := d.NetworkInterfaces[0]
	in.NetworkInterfaces = []ec2types.InstanceNetworkInterfaceSpecification{{
		DeviceIndex: n.DeviceIndex, SubnetId: optional(subnet), Groups: n.Groups,
		AssociatePublicIpAddress: n.AssociatePublicIpAddress, DeleteOnTermination: n.DeleteOnTermination, Description: n.Description,
	}}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
