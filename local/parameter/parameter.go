// Package parameter is the embedded cloud's Parameter Store: values under names,
// each with the versions that it had. It knows nothing of what is kept there.
package parameter

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"gekko/local/wire"
)

// Store is the Parameter Store of one account and region. Its operations are
// methods with the SDK's types, called inside the loop.
type Store struct {
	account, region string
	values          map[string]*parameter
}

// versionsKept is how many of a parameter's versions are remembered.
const versionsKept = 100

// parameter is what a name stands for; its newest version is the last.
type parameter struct {
	name     string
	versions []version
}

type version struct {
	number   int64
	value    string
	kind     types.ParameterType
	dataType string
	modified time.Time
}

func (p *parameter) newest() version { return p.versions[len(p.versions)-1] }

// NewStore makes an empty store.
func NewStore(account, region string) *Store {
	return &Store{account: account, region: region, values: map[string]*parameter{}}
}

// Has tells whether there is a parameter of that name.
func (s *Store) Has(name string) bool { return s.values[name] != nil }

// Seed puts a parameter that is there before anybody asks, also one of AWS's own.
func (s *Store) Seed(name, value, dataType string) {
	s.add(name, version{value: value, kind: types.ParameterTypeString, dataType: dataType})
}

// add makes a parameter's next version.
func (s *Store) add(name string, v version) int64 {
	p := s.values[name]
	if p == nil {
		p = &parameter{name: name}
		s.values[name] = p
	} else {
		v.number = p.newest().number
	}
	v.number++
	v.modified = time.Now()
	p.versions = append(p.versions, v)
	if over := len(p.versions) - versionsKept; over > 0 {
		p.versions = append([]version(nil), p.versions[over:]...)
	}
	return v.number
}

// Register lets m serve the operations.
func (s *Store) Register(m *wire.Mux) {
	const read = "WithDecryption"
	wire.Handle(m, wire.SSM, s.PutParameter, wire.Fields{
		Reads: "Name Value Type Overwrite DataType", Accepts: "Description Tier",
	})
	wire.Handle(m, wire.SSM, s.GetParameter, wire.Fields{Reads: "Name", Accepts: read})
	wire.Handle(m, wire.SSM, s.GetParameters, wire.Fields{Reads: "Names", Accepts: read})
	wire.Handle(m, wire.SSM, s.GetParametersByPath, wire.Fields{Reads: "Path Recursive MaxResults NextToken", Accepts: read})
	wire.Handle(m, wire.SSM, s.DescribeParameters, wire.Fields{Reads: "MaxResults NextToken"})
	wire.Handle(m, wire.SSM, s.ListTagsForResource, wire.Fields{Reads: "ResourceType ResourceId"})
	wire.Handle(m, wire.SSM, s.DeleteParameter, wire.Fields{Reads: "Name"})
	wire.Handle(m, wire.SSM, s.DeleteParameters, wire.Fields{Reads: "Names"})
}

// find looks a name up, which may end in :VERSION.
func (s *Store) find(name string) (types.Parameter, error) {
	plain, selector, selected := strings.Cut(name, ":")
	p := s.values[plain]
	if p == nil {
		return types.Parameter{}, &wire.Error{Code: "ParameterNotFound"}
	}
	if !selected {
		return s.describe(p, p.newest()), nil
	}
	number, err := strconv.ParseInt(selector, 10, 64)
	if err != nil {
		return types.Parameter{}, wire.Errorf("UnsupportedOperation", "the label %s is not supported here: ask for a version's number", selector)
	}
	for _, v := range p.versions {
		if v.number == number {
			out := s.describe(p, v)
			out.Selector = aws.String(":" + selector)
			return out, nil
		}
	}
	return types.Parameter{}, wire.Errorf("ParameterVersionNotFound", "Systems Manager could not find version %s of %s. Verify the version and try again.", selector, plain)
}

// describe shows a version; a public parameter has no account in its ARN.
func (s *Store) describe(p *parameter, v version) types.Parameter {
	owner := s.account
	if strings.HasPrefix(p.name, "/aws/") {
		owner = ""
	}
	return types.Parameter{
		ARN:              aws.String("arn:aws:ssm:" + s.region + ":" + owner + ":parameter/" + strings.TrimPrefix(p.name, "/")),
		DataType:         aws.String(v.dataType),
		LastModifiedDate: aws.Time(v.modified),
		Name:             aws.String(p.name),
		Type:             v.kind,
		Value:            aws.String(v.value),
		Version:          v.number,
	}
}
