package local

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"gekko/local/wire"
)

// parameters is the Parameter Store as far as images are looked up in it: the
// public parameters that name the newest base images.
type parameters struct {
	account, region string
	values          map[string]parameter
}

type parameter struct {
	value, dataType string
	modified        time.Time
}

func (p *parameters) put(name, value, dataType string) {
	p.values[name] = parameter{value, dataType, time.Now()}
}

func (p *parameters) register(m *wire.Mux) {
	const accepted = "WithDecryption"
	wire.Handle(m, wire.SSM, p.getParameter, wire.Fields{Reads: "Name", Accepts: accepted})
	wire.Handle(m, wire.SSM, p.getParameters, wire.Fields{Reads: "Names", Accepts: accepted})
}

func (p *parameters) getParameter(_ context.Context, in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
	found, ok := p.find(aws.ToString(in.Name))
	if !ok {
		return nil, &wire.Error{Code: "ParameterNotFound", Message: ""}
	}
	return &ssm.GetParameterOutput{Parameter: &found}, nil
}

func (p *parameters) getParameters(_ context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
	out := &ssm.GetParametersOutput{}
	names := slices.Clone(in.Names)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if found, ok := p.find(name); ok {
			out.Parameters = append(out.Parameters, found)
		} else {
			out.InvalidParameters = append(out.InvalidParameters, name)
		}
	}
	return out, nil
}

// find looks a parameter up by its name; a public one has no account in its
// ARN.
func (p *parameters) find(name string) (types.Parameter, bool) {
	v, ok := p.values[name]
	if !ok {
		return types.Parameter{}, false
	}
	owner := p.account
	if strings.HasPrefix(name, "/aws/") {
		owner = ""
	}
	return types.Parameter{
		ARN:              aws.String("arn:aws:ssm:" + p.region + ":" + owner + ":parameter/" + strings.TrimPrefix(name, "/")),
		DataType:         aws.String(v.dataType),
		LastModifiedDate: aws.Time(v.modified),
		Name:             aws.String(name),
		Type:             types.ParameterTypeString,
		Value:            aws.String(v.value),
		Version:          1,
	}, true
}
