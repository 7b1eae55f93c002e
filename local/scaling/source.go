package scaling

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// source is what a group's instances are made from; one of the three is set.
type source struct {
	configuration *string
	template      *types.LaunchTemplateSpecification
	mixed         *types.MixedInstancesPolicy
}

// newSource checks that exactly one source was named and that it is there. The
// id and the name of a template are both filled in.
func (s *Scaling) newSource(configuration *string, template *types.LaunchTemplateSpecification, mixed *types.MixedInstancesPolicy) (source, error) {
	given := 0
	for _, there := range []bool{aws.ToString(configuration) != "", template != nil, mixed != nil} {
		if there {
			given++
		}
	}
	if given != 1 {
		return source{}, wire.Invalid("Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
	}
	switch {
	case template != nil:
		known, err := s.knownTemplate(template)
		return source{template: known}, err
	case mixed != nil:
		known, err := s.knownMixed(mixed)
		return source{mixed: known}, err
	}
	if s.configurations[*configuration] == nil {
		return source{}, wire.Invalid("Launch configuration name not found - Launch configuration %s not found", *configuration)
	}
	return source{configuration: configuration}, nil
}

// knownMixed takes a policy whose overrides name instance types, which are
// tried in their order. What would need prices or weights is refused.
func (s *Scaling) knownMixed(p *types.MixedInstancesPolicy) (*types.MixedInstancesPolicy, error) {
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
func (s *Scaling) knownTemplate(t *types.LaunchTemplateSpecification) (*types.LaunchTemplateSpecification, error) {
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
func (s *Scaling) version(t *types.LaunchTemplateSpecification) (ec2types.LaunchTemplateVersion, error) {
	wanted := aws.ToString(t.Version)
	if wanted == "" {
		wanted = "$Default"
	}
	in := &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: t.LaunchTemplateId, Versions: []string{wanted}}
	if t.LaunchTemplateId == nil {
		in.LaunchTemplateName = t.LaunchTemplateName
	}
	out, err := s.o.Compute.DescribeLaunchTemplateVersions(context.Background(), in)
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

// types lists the instance types to try; empty: that of the template.
func (o source) types() []string {
	if o.mixed == nil || len(o.mixed.LaunchTemplate.Overrides) == 0 {
		return []string{""}
	}
	var all []string
	for _, override := range o.mixed.LaunchTemplate.Overrides {
		all = append(all, *override.InstanceType)
	}
	return all
}

// request is the launch of one instance in a subnet.
func (s *Scaling) request(o source, subnet, instanceType string) (*ec2.RunInstancesInput, launched, error) {
	if o.configuration != nil {
		c := s.configurations[*o.configuration]
		return configured(c, subnet), launched{configuration: o.configuration, made: *c.CreatedTime}, nil
	}
	template := o.template
	if o.mixed != nil {
		template = o.mixed.LaunchTemplate.LaunchTemplateSpecification
	}
	v, err := s.version(template)
	if err != nil {
		return nil, launched{}, err
	}
	number := strconv.FormatInt(aws.ToInt64(v.VersionNumber), 10)
	in := &ec2.RunInstancesInput{
		LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateId: v.LaunchTemplateId, Version: &number},
		InstanceType:   ec2types.InstanceType(instanceType),
	}
	templated(in, v.LaunchTemplateData, subnet)
	return in, launched{
		template: &types.LaunchTemplateSpecification{LaunchTemplateId: v.LaunchTemplateId, LaunchTemplateName: v.LaunchTemplateName, Version: &number},
		version:  aws.ToInt64(v.VersionNumber),
		made:     aws.ToTime(v.CreateTime),
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

func ec2Tags(tags map[string]string) []ec2types.Tag {
	var all []ec2types.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, ec2types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return all
}
