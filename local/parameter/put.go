package parameter

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"gekko/local/wire"
)

const (
	longestName  = 1011
	longestValue = 4096 // of the standard tier
	deepestPath  = 15
)

var nameForm = regexp.MustCompile(`^[a-zA-Z0-9_.\-/]+$`)

// PutParameter makes a parameter, or another version of one if that is asked for.
func (s *Store) PutParameter(_ context.Context, in *ssm.PutParameterInput) (*ssm.PutParameterOutput, error) {
	name := aws.ToString(in.Name)
	if err := checkName(name); err != nil {
		return nil, err
	}
	v := version{value: aws.ToString(in.Value), kind: in.Type, dataType: cmp.Or(aws.ToString(in.DataType), "text")}
	old := s.values[name]
	switch {
	case old != nil && !aws.ToBool(in.Overwrite):
		return nil, wire.Errorf("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
	case old != nil && v.kind == "":
		v.kind = old.newest().kind
	case old != nil && v.kind != old.newest().kind:
		return nil, wire.Errorf("HierarchyTypeMismatchException", "Parameter %s is of type %s: its type cannot be changed", name, old.newest().kind)
	case v.kind == "":
		return nil, wire.Errorf("ValidationException", "A parameter type is required when you create a parameter.")
	}
	if err := checkValue(v); err != nil {
		return nil, err
	}
	return &ssm.PutParameterOutput{Version: s.add(name, v), Tier: types.ParameterTierStandard}, nil
}

func checkName(name string) error {
	plain := strings.ToLower(strings.TrimPrefix(name, "/"))
	switch {
	case !nameForm.MatchString(name) || len(name) > longestName:
		return wire.Errorf("ValidationException", "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_")
	case strings.Contains(name, "/") && !strings.HasPrefix(name, "/"):
		return wire.Errorf("ValidationException", "Parameter name must be a fully qualified name.")
	case strings.HasPrefix(plain, "aws"):
		return wire.Errorf("AccessDeniedException", "No access to reserved parameter name: %s.", name)
	case strings.HasPrefix(plain, "ssm"):
		return wire.Errorf("ValidationException", "Parameter name: can't be prefixed with \"ssm\" (case-insensitive).")
	case strings.Count(name, "/") > deepestPath:
		return wire.Errorf("HierarchyLevelLimitExceededException", "A hierarchy can have at most %d levels.", deepestPath)
	}
	return nil
}

func checkValue(v version) error {
	switch {
	case v.kind == types.ParameterTypeSecureString:
		return wire.Errorf("UnsupportedOperation", "parameters of type SecureString are not supported here: ask for String")
	case v.value == "":
		return wire.Errorf("ValidationException", "The parameter value must not be empty.")
	case len(v.value) > longestValue:
		return wire.Errorf("ValidationException", "Standard tier parameters support a maximum parameter value of %d characters.", longestValue)
	case !slices.Contains([]string{"text", "aws:ec2:image"}, v.dataType):
		return wire.Errorf("ValidationException", "The data type %s is not supported here: ask for text or aws:ec2:image.", v.dataType)
	}
	return nil
}

// DeleteParameter forgets a parameter with all its versions.
func (s *Store) DeleteParameter(_ context.Context, in *ssm.DeleteParameterInput) (*ssm.DeleteParameterOutput, error) {
	if !s.remove(aws.ToString(in.Name)) {
		return nil, &wire.Error{Code: "ParameterNotFound"}
	}
	return &ssm.DeleteParameterOutput{}, nil
}

// DeleteParameters forgets those that are there and names the others.
func (s *Store) DeleteParameters(_ context.Context, in *ssm.DeleteParametersInput) (*ssm.DeleteParametersOutput, error) {
	if len(in.Names) > perCall {
		return nil, tooMany(len(in.Names))
	}
	out := &ssm.DeleteParametersOutput{}
	for _, name := range in.Names {
		if s.remove(name) {
			out.DeletedParameters = append(out.DeletedParameters, name)
		} else {
			out.InvalidParameters = append(out.InvalidParameters, name)
		}
	}
	return out, nil
}

// remove leaves AWS's own parameters alone.
func (s *Store) remove(name string) bool {
	if s.values[name] == nil || strings.HasPrefix(name, "/aws/") {
		return false
	}
	delete(s.values, name)
	return true
}
