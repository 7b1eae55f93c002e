// Package template is the embedded cloud's launch templates: numbered versions
// of what instances are started with.
//
// It keeps what a version says and merges it with others; what it means, and
// whether the ids in it are there, is found out at a launch, as in AWS.
package template

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// Templates are the launch templates of one account and region. Its operations
// are methods with the SDK's types, called inside the loop.
type Templates struct {
	account string
	tags    *shelf.Tags
	all     *shelf.Shelf[*template]
	once    *shelf.Once
}

// New makes an account without templates.
func New(account string, tags *shelf.Tags) *Templates {
	t := &Templates{account: account, tags: tags, once: shelf.NewOnce()}
	t.all = shelf.New(kind, tags, facts)
	return t
}

var kind = shelf.Kind{
	Type: "launch-template", Prefix: "lt", Malformed: "InvalidLaunchTemplateId.Malformed", NotFound: "InvalidLaunchTemplateId.NotFound",
	One: "The specified launch template, with template ID %s, does not exist.",
}

// Kept gives the kinds of things that can be tagged here.
func (t *Templates) Kept() []shelf.Kept { return []shelf.Kept{t.all} }

// template is a launch template: versions by rising numbers, with gaps where
// some were deleted.
type template struct {
	id, name string
	made     time.Time
	usual    int64 // number of the default version
	latest   int64 // highest number ever given
	versions []version
}

type version struct {
	number      int64
	description *string
	made        time.Time
	data        types.RequestLaunchTemplateData // never changed
}

var facts = shelf.Facts[*template]{
	"launch-template-name": func(t *template) []string { return []string{t.name} },
	"launch-template-id":   func(t *template) []string { return []string{t.id} },
	"create-time":          func(t *template) []string { return []string{t.made.Format("2006-01-02T15:04:05.000Z")} },
}

// namePattern is AWS's rule for names of templates.
var namePattern = regexp.MustCompile(`^[a-zA-Z0-9().\-/_]{3,128}$`)

func (t *Templates) named(name string) *template {
	for _, one := range t.all.All() {
		if one.name == name {
			return one
		}
	}
	return nil
}

// find gives the template that is named by its id or its name.
func (t *Templates) find(id, name *string) (*template, error) {
	byID, byName := aws.ToString(id) != "", aws.ToString(name) != ""
	switch {
	case byID && byName:
		return nil, wire.Errorf("InvalidParameterCombination", "Both launchTemplateId and launchTemplateName were given; only one of them may be.")
	case byID:
		return t.all.Find(*id)
	case !byName:
		return nil, wire.Errorf("MissingParameter", "Either launchTemplateId or launchTemplateName must be given.")
	}
	if one := t.named(*name); one != nil {
		return one, nil
	}
	return nil, wire.Errorf("InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name %s, does not exist.", *name)
}

// version finds one by its number, $Latest or $Default; empty is $Default.
func (one *template) version(name string) (version, error) {
	number := one.usual
	switch name {
	case "", "$Default":
	case "$Latest":
		number = one.versions[len(one.versions)-1].number
	default:
		n, err := strconv.ParseInt(name, 10, 64)
		if err != nil || n < 1 {
			return version{}, wire.Errorf("InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version %s for the launch template with ID %s.", name, one.id)
		}
		number = n
	}
	at := slices.IndexFunc(one.versions, func(v version) bool { return v.number == number })
	if at < 0 {
		return version{}, wire.Errorf("InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version %s for the launch template with ID %s.", name, one.id)
	}
	return one.versions[at], nil
}

func (t *Templates) by() *string { return aws.String("arn:aws:iam::" + t.account + ":root") }

// describe gives a template as AWS shows it.
func (t *Templates) describe(one *template) types.LaunchTemplate {
	return types.LaunchTemplate{
		LaunchTemplateId: &one.id, LaunchTemplateName: &one.name, CreateTime: &one.made, CreatedBy: t.by(),
		DefaultVersionNumber: aws.Int64(one.usual), LatestVersionNumber: aws.Int64(one.latest), Tags: t.tags.Of(one.id),
	}
}

func (t *Templates) describeVersion(one *template, v version) types.LaunchTemplateVersion {
	data := recast[types.ResponseLaunchTemplateData](v.data)
	return types.LaunchTemplateVersion{
		LaunchTemplateId: &one.id, LaunchTemplateName: &one.name, CreateTime: &v.made, CreatedBy: t.by(),
		VersionNumber: &v.number, VersionDescription: v.description, DefaultVersion: aws.Bool(v.number == one.usual),
		LaunchTemplateData: &data,
	}
}
