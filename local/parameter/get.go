package parameter

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"gekko/local/wire"
)

// perCall is how many parameters one call names or gives at most.
const perCall = 10

func tooMany(n int) error {
	return wire.Errorf("ValidationException", "A call can name at most %d parameters, not %d.", perCall, n)
}

// GetParameter gives one parameter, of its newest version unless told otherwise.
func (s *Store) GetParameter(_ context.Context, in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
	found, err := s.find(aws.ToString(in.Name))
	if err != nil {
		return nil, err
	}
	return &ssm.GetParameterOutput{Parameter: &found}, nil
}

// GetParameters gives those that are there and names the others.
func (s *Store) GetParameters(_ context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
	if len(in.Names) > perCall {
		return nil, tooMany(len(in.Names))
	}
	out := &ssm.GetParametersOutput{}
	names := slices.Clone(in.Names)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if found, err := s.find(name); err == nil {
			out.Parameters = append(out.Parameters, found)
		} else {
			out.InvalidParameters = append(out.InvalidParameters, name)
		}
	}
	return out, nil
}

// GetParametersByPath gives the parameters below a path: one level of them, or
// all if it is asked to be recursive.
func (s *Store) GetParametersByPath(_ context.Context, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
	path := aws.ToString(in.Path)
	if !strings.HasPrefix(path, "/") || !nameForm.MatchString(path) {
		return nil, wire.Errorf("ValidationException", "The parameter path must be a fully qualified name that begins with a slash: %s", path)
	}
	if size := aws.ToInt32(in.MaxResults); size > perCall {
		return nil, wire.Errorf("ValidationException", "The page size %d is above %d.", size, perCall)
	}
	path = strings.TrimSuffix(path, "/") + "/"
	var names []string
	for name := range s.values {
		below, is := strings.CutPrefix(name, path)
		if is && (aws.ToBool(in.Recursive) || !strings.Contains(below, "/")) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	page, next, err := wire.Page(names, in.NextToken, in.MaxResults, perCall)
	if err != nil {
		return nil, err
	}
	out := &ssm.GetParametersByPathOutput{NextToken: next}
	for _, name := range page {
		p := s.values[name]
		out.Parameters = append(out.Parameters, s.describe(p, p.newest()))
	}
	return out, nil
}
