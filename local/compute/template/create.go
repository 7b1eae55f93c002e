package template

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// CreateLaunchTemplate makes a template with its first version.
func (t *Templates) CreateLaunchTemplate(ctx context.Context, in *ec2.CreateLaunchTemplateInput) (*ec2.CreateLaunchTemplateOutput, error) {
	made, err := t.once.Once("CreateLaunchTemplate", in.ClientToken, in, func() (any, error) {
		return t.create(in)
	})
	if err != nil {
		return nil, err
	}
	about := t.describe(made.(*template))
	return &ec2.CreateLaunchTemplateOutput{LaunchTemplate: &about}, nil
}

func (t *Templates) create(in *ec2.CreateLaunchTemplateInput) (*template, error) {
	name := aws.ToString(in.LaunchTemplateName)
	if !namePattern.MatchString(name) {
		return nil, wire.Errorf("InvalidLaunchTemplateName.MalformedException", "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.")
	}
	if t.named(name) != nil {
		return nil, wire.Errorf("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
	}
	tags, err := shelf.Specified(in.TagSpecifications, types.ResourceTypeLaunchTemplate)
	if err != nil {
		return nil, err
	}
	if err := shelf.CheckKeys(tags[types.ResourceTypeLaunchTemplate]); err != nil {
		return nil, err
	}
	data, err := checked(in.LaunchTemplateData)
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC().Truncate(time.Second)
	one := &template{
		id: kind.NewID(), name: name, made: now, usual: 1, latest: 1,
		versions: []version{{number: 1, description: in.VersionDescription, made: now, data: data}},
	}
	t.all.Put(one.id, one)
	return one, t.tags.Put(one.id, tags[types.ResourceTypeLaunchTemplate])
}

// checked gives the data of a request if its tags keep to AWS's rules; ids and
// names in it are checked by a launch alone.
func checked(given *types.RequestLaunchTemplateData) (types.RequestLaunchTemplateData, error) {
	if given == nil {
		return types.RequestLaunchTemplateData{}, wire.Errorf("MissingParameter", "The request must contain the parameter LaunchTemplateData")
	}
	specs := recast[[]types.TagSpecification](given.TagSpecifications)
	tags, err := shelf.Specified(specs, types.ResourceTypeInstance, types.ResourceTypeVolume,
		types.ResourceTypeNetworkInterface, types.ResourceTypeSpotInstancesRequest)
	if err != nil {
		return *given, err
	}
	for _, some := range tags {
		if err := shelf.CheckKeys(some); err != nil {
			return *given, err
		}
	}
	return *given, nil
}

type newVersion struct {
	one *template
	v   version
}

// CreateLaunchTemplateVersion adds a version, of its source's with what the
// request says instead.
func (t *Templates) CreateLaunchTemplateVersion(ctx context.Context, in *ec2.CreateLaunchTemplateVersionInput) (*ec2.CreateLaunchTemplateVersionOutput, error) {
	made, err := t.once.Once("CreateLaunchTemplateVersion", in.ClientToken, in, func() (any, error) {
		return t.addVersion(in)
	})
	if err != nil {
		return nil, err
	}
	about := t.describeVersion(made.(newVersion).one, made.(newVersion).v)
	return &ec2.CreateLaunchTemplateVersionOutput{LaunchTemplateVersion: &about}, nil
}

func (t *Templates) addVersion(in *ec2.CreateLaunchTemplateVersionInput) (newVersion, error) {
	one, err := t.find(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return newVersion{}, err
	}
	data, err := checked(in.LaunchTemplateData)
	if err != nil {
		return newVersion{}, err
	}
	if source := aws.ToString(in.SourceVersion); source != "" {
		from, err := one.version(source)
		if err != nil {
			return newVersion{}, err
		}
		data = overlay(from.data, data)
	}
	one.latest++
	v := version{number: one.latest, description: in.VersionDescription, made: time.Now().UTC().Truncate(time.Second), data: data}
	one.versions = append(one.versions, v)
	return newVersion{one, v}, nil
}

// ModifyLaunchTemplate sets the default version.
func (t *Templates) ModifyLaunchTemplate(ctx context.Context, in *ec2.ModifyLaunchTemplateInput) (*ec2.ModifyLaunchTemplateOutput, error) {
	one, err := t.find(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	if aws.ToString(in.DefaultVersion) == "" {
		return nil, wire.Errorf("MissingParameter", "The request must contain the parameter SetDefaultVersion")
	}
	v, err := one.version(*in.DefaultVersion)
	if err != nil {
		return nil, err
	}
	one.usual = v.number
	about := t.describe(one)
	return &ec2.ModifyLaunchTemplateOutput{LaunchTemplate: &about}, nil
}
