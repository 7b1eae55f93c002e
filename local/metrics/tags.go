package metrics

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/wire"
)

// tagsOfResource is how many tags AWS allows on one alarm.
const tagsOfResource = 50

// TagResource puts tags on an alarm.
func (s *Store) TagResource(_ context.Context, in *cloudwatch.TagResourceInput) (*cloudwatch.TagResourceOutput, error) {
	a, err := s.byARN(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags := maps.Clone(a.tags)
	for _, t := range in.Tags {
		if strings.HasPrefix(aws.ToString(t.Key), "aws:") || aws.ToString(t.Key) == "" {
			return nil, wire.Errorf("InvalidParameterValue", "The tag key %q is not allowed: it is empty or begins with aws:.", aws.ToString(t.Key))
		}
		tags[*t.Key] = aws.ToString(t.Value)
	}
	if len(tags) > tagsOfResource {
		return nil, wire.Errorf("InvalidParameterValue", "A resource has at most %d tags.", tagsOfResource)
	}
	a.tags = tags
	return &cloudwatch.TagResourceOutput{}, nil
}

// UntagResource takes tags off an alarm; those it does not have are no error.
func (s *Store) UntagResource(_ context.Context, in *cloudwatch.UntagResourceInput) (*cloudwatch.UntagResourceOutput, error) {
	a, err := s.byARN(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(a.tags, k)
	}
	return &cloudwatch.UntagResourceOutput{}, nil
}

// ListTagsForResource lists the tags of an alarm.
func (s *Store) ListTagsForResource(_ context.Context, in *cloudwatch.ListTagsForResourceInput) (*cloudwatch.ListTagsForResourceOutput, error) {
	a, err := s.byARN(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.ListTagsForResourceOutput{}
	for _, k := range slices.Sorted(maps.Keys(a.tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(k), Value: aws.String(a.tags[k])})
	}
	return out, nil
}

func (s *Store) byARN(arn *string) (*alarm, error) {
	for _, a := range s.alarms {
		if *a.about.AlarmArn == aws.ToString(arn) {
			return a, nil
		}
	}
	return nil, &wire.Error{Code: "ResourceNotFoundException", Status: 404, Message: "There is no resource " + aws.ToString(arn) + "."}
}
