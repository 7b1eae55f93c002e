package template

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
)

// recast gives what a template says as another of AWS's types: what a template
// is asked for, what it answers and what a launch takes have the same fields
// under different types.
func recast[To any](from any) To {
	var to To
	text, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(text, &to)
	}
	if err != nil {
		panic("launch template: " + err.Error()) // the SDK's types do not fit: a mistake in the program
	}
	return to
}

// overlay gives base with the fields of over that are set.
func overlay[T any](base, over T) T {
	b, o := reflect.ValueOf(&base).Elem(), reflect.ValueOf(over)
	for i := range b.NumField() {
		if f := b.Field(i); f.CanSet() && !o.Field(i).IsZero() {
			f.Set(o.Field(i))
		}
	}
	return base
}

// Resolve finds the version that a launch names (no version: the default) and
// gives its number and what it says.
func (t *Templates) Resolve(s *types.LaunchTemplateSpecification) (id string, number int64, data types.RequestLaunchTemplateData, err error) {
	one, err := t.find(s.LaunchTemplateId, s.LaunchTemplateName)
	if err != nil {
		return "", 0, data, err
	}
	v, err := one.version(aws.ToString(s.Version))
	if err != nil {
		return "", 0, data, err
	}
	return one.id, v.number, v.data, nil
}

// Launch gives a launch's input with what its template says where the input
// itself says nothing, and the tags by which AWS marks instances that were
// launched from it. Tags and block devices are joined, by key and device.
func (t *Templates) Launch(in *ec2.RunInstancesInput) (*ec2.RunInstancesInput, []types.Tag, error) {
	if in.LaunchTemplate == nil {
		return in, nil, nil
	}
	id, number, data, err := t.Resolve(in.LaunchTemplate)
	if err != nil {
		return nil, nil, err
	}
	base := recast[ec2.RunInstancesInput](data)
	whole := overlay(base, *in)
	whole.TagSpecifications = joinTags(base.TagSpecifications, in.TagSpecifications)
	whole.BlockDeviceMappings = joinDevices(base.BlockDeviceMappings, in.BlockDeviceMappings)
	return &whole, []types.Tag{
		{Key: aws.String("aws:ec2launchtemplate:id"), Value: &id},
		{Key: aws.String("aws:ec2launchtemplate:version"), Value: aws.String(strconv.FormatInt(number, 10))},
	}, nil
}

func joinTags(base, over []types.TagSpecification) []types.TagSpecification {
	joined := slices.Clone(base)
	for _, o := range over {
		at := slices.IndexFunc(joined, func(b types.TagSpecification) bool { return b.ResourceType == o.ResourceType })
		if at < 0 {
			joined = append(joined, o)
		} else {
			joined[at].Tags = shelf.Merge(joined[at].Tags, o.Tags)
		}
	}
	return joined
}

func joinDevices(base, over []types.BlockDeviceMapping) []types.BlockDeviceMapping {
	joined := slices.Clone(base)
	for _, o := range over {
		at := slices.IndexFunc(joined, func(b types.BlockDeviceMapping) bool {
			return aws.ToString(b.DeviceName) == aws.ToString(o.DeviceName)
		})
		switch {
		case at < 0:
			joined = append(joined, o)
		case joined[at].Ebs != nil && o.Ebs != nil:
			ebs := overlay(*joined[at].Ebs, *o.Ebs)
			joined[at].Ebs = &ebs
		default:
			joined[at] = o
		}
	}
	return joined
}
