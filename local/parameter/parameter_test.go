package parameter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"gekko/local/parameter"
	"gekko/local/wire"
)

func put(s *parameter.Store, name, value string, overwrite bool) (int64, error) {
	out, err := s.PutParameter(context.Background(), &ssm.PutParameterInput{
		Name: &name, Value: &value, Type: types.ParameterTypeString, Overwrite: &overwrite,
	})
	if err != nil {
		return 0, err
	}
	return out.Version, nil
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if e, ok := errors.AsType[*wire.Error](err); !ok || e.Code != code {
		t.Errorf("refused with %v, want %s", err, code)
	}
}

func TestAParameterIsMadeOnceUnlessOverwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parameter.NewStore("000000000000", "us-east-1")
		if v, err := put(s, "/app/lease/1", "me", false); v != 1 || err != nil {
			t.Fatal(v, err)
		}
		_, err := put(s, "/app/lease/1", "you", false)
		refused(t, err, "ParameterAlreadyExists")
		time.Sleep(time.Minute)
		if v, err := put(s, "/app/lease/1", "me again", true); v != 2 || err != nil {
			t.Fatal(v, err)
		}
		out, err := s.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/app/lease/1")})
		if err != nil {
			t.Fatal(err)
		}
		if p := out.Parameter; *p.Value != "me again" || p.Version != 2 || !p.LastModifiedDate.Equal(time.Now()) {
			t.Errorf("%s, version %d of %v", *p.Value, p.Version, p.LastModifiedDate)
		}
		out, err = s.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/app/lease/1:1")})
		if err != nil || *out.Parameter.Value != "me" {
			t.Errorf("version 1: %v, %v", out, err)
		}
		_, err = s.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/app/lease/1:7")})
		refused(t, err, "ParameterVersionNotFound")
	})
}

func TestOddParametersAreRefused(t *testing.T) {
	s := parameter.NewStore("000000000000", "us-east-1")
	for name, code := range map[string]string{
		"lease/1": "ValidationException", "a b": "ValidationException", "": "ValidationException",
		"/aws/x": "AccessDeniedException", "ssmx": "ValidationException",
		strings.Repeat("/x", 16): "HierarchyLevelLimitExceededException",
	} {
		_, err := put(s, name, "x", false)
		refused(t, err, code)
	}
	_, err := put(s, "/x", strings.Repeat("x", 4097), false)
	refused(t, err, "ValidationException")
	_, err = s.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/x"), Value: aws.String("x"), Type: types.ParameterTypeSecureString})
	refused(t, err, "UnsupportedOperation")
}

func TestParametersAreListedByPathInPages(t *testing.T) {
	s := parameter.NewStore("000000000000", "us-east-1")
	for i := range 23 {
		if _, err := put(s, fmt.Sprintf("/app/lease/%02d", i), "x", false); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := put(s, "/application", "x", false); err != nil {
		t.Fatal(err)
	}
	in := &ssm.GetParametersByPathInput{Path: aws.String("/app/lease")}
	var names []string
	for p := ssm.NewGetParametersByPathPaginator(pages{s}, in); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range out.Parameters {
			names = append(names, *found.Name)
		}
	}
	if len(names) != 23 || !slices.IsSorted(names) {
		t.Errorf("listed %v", names)
	}
	out, err := s.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/app")})
	if err != nil || len(out.Parameters) != 0 {
		t.Errorf("one level below /app: %v, %v", out, err)
	}
	first, err := s.DescribeParameters(t.Context(), &ssm.DescribeParametersInput{MaxResults: aws.Int32(20)})
	if err != nil || len(first.Parameters) != 20 || *first.Parameters[0].Name != names[0] {
		t.Fatalf("described %v, %v", first, err)
	}
	rest, err := s.DescribeParameters(t.Context(), &ssm.DescribeParametersInput{NextToken: first.NextToken})
	if err != nil || len(rest.Parameters) != 4 || rest.NextToken != nil {
		t.Errorf("described %v, %v", rest, err)
	}
	gone, err := s.DeleteParameters(t.Context(), &ssm.DeleteParametersInput{Names: []string{names[0], "/nothing"}})
	if err != nil || !slices.Equal(gone.DeletedParameters, names[:1]) || !slices.Equal(gone.InvalidParameters, []string{"/nothing"}) {
		t.Errorf("deleted %v, %v", gone, err)
	}
	_, err = s.DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: &names[0]})
	refused(t, err, "ParameterNotFound")
}

// pages lets the SDK's paginator call the store.
type pages struct{ *parameter.Store }

func (p pages) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return p.Store.GetParametersByPath(ctx, in)
}
