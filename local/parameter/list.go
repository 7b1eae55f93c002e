package parameter

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"gekko/local/wire"
)

// describedAtOnce is how many parameters one page of descriptions has at most.
const describedAtOnce = 50

// DescribeParameters tells of the account's own parameters, without their values.
func (s *Store) DescribeParameters(_ context.Context, in *ssm.DescribeParametersInput) (*ssm.DescribeParametersOutput, error) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(s.values)), func(name string) bool { return strings.HasPrefix(name, "/aws/") })
	page, next, err := wire.Page(names, in.NextToken, in.MaxResults, describedAtOnce)
	if err != nil {
		return nil, err
	}
	out := &ssm.DescribeParametersOutput{NextToken: next}
	for _, name := range page {
		p := s.values[name]
		d := s.describe(p, p.newest())
		out.Parameters = append(out.Parameters, types.ParameterMetadata{
			ARN: d.ARN, DataType: d.DataType, LastModifiedDate: d.LastModifiedDate, Name: d.Name, Type: d.Type, Version: d.Version,
			Tier: types.ParameterTierStandard,
		})
	}
	return out, nil
}

// ListTagsForResource gives none: parameters are made without tags here.
func (s *Store) ListTagsForResource(_ context.Context, in *ssm.ListTagsForResourceInput) (*ssm.ListTagsForResourceOutput, error) {
	if in.ResourceType != types.ResourceTypeForTaggingParameter {
		return nil, wire.Errorf("UnsupportedOperation", "there are no resources of type %s here", in.ResourceType)
	}
	if !s.Has(aws.ToString(in.ResourceId)) {
		return nil, &wire.Error{Code: "InvalidResourceId"}
	}
	return &ssm.ListTagsForResourceOutput{}, nil
}
