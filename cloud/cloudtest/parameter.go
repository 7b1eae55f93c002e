package cloudtest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// parameters makes one and finds it in the account's list, as an audit does that
// looks for what was left.
func parameters(t *testing.T, h *Harness) {
	ctx, raw := t.Context(), ssm.NewFromConfig(h.Config)
	name := aws.String("/" + string(app) + "/listed")
	_, err := raw.PutParameter(ctx, &ssm.PutParameterInput{Name: name, Value: aws.String("1"), Type: types.ParameterTypeString})
	must(t, err)
	described := func() bool {
		for p := ssm.NewDescribeParametersPaginator(raw, &ssm.DescribeParametersInput{}); p.HasMorePages(); {
			page, err := p.NextPage(ctx)
			must(t, err)
			for _, m := range page.Parameters {
				if *m.Name == *name {
					return true
				}
			}
		}
		return false
	}
	if !described() {
		t.Errorf("parameter %s is not described", *name)
	}
	_, err = raw.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: name})
	must(t, err)
	if described() {
		t.Errorf("parameter %s is described although it is gone", *name)
	}
}
