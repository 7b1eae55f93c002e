package gekko_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The calls of AWS in package cloud and below it: c.ec2.RunInstances(…) and
// ec2.NewDescribeImagesPaginator(c.ec2, …).
var (
	directCall = regexp.MustCompile(`\b[a-z]\.(ec2|autoscaling|elb|elbv2|cloudwatch|ssm)\.([A-Z]\w+)\(`)
	pagedCall  = regexp.MustCompile(`\.New([A-Z]\w+)Paginator\([a-z]\.(ec2|autoscaling|elb|elbv2|cloudwatch|ssm)\b`)
)

// statement is one of an IAM policy.
type statement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource string
}

// TestThePolicyNamesJustTheRightsThatAreUsed holds docs/iam-policy.json to the
// calls in package cloud. (GetCallerIdentity needs no right.)
func TestThePolicyNamesJustTheRightsThatAreUsed(t *testing.T) {
	looks, changes := map[string]bool{}, map[string]bool{}
	for _, action := range actions(t) {
		_, name, _ := strings.Cut(action, ":")
		if strings.HasPrefix(name, "Describe") || strings.HasPrefix(name, "Get") {
			looks[action] = true
		} else {
			changes[action] = true
		}
	}
	policy := struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{
		{"Look", "Allow", slices.Sorted(maps.Keys(looks)), "*"},
		{"Change", "Allow", slices.Sorted(maps.Keys(changes)), "*"},
		// Asked for by CreateAutoScalingGroup: the first group of an account
		// makes a role, and a template with a profile passes one on.
		{"GroupsOwnRoles", "Allow", []string{"iam:CreateServiceLinkedRole", "iam:PassRole"}, "*"},
	}}
	want, err := json.MarshalIndent(policy, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	golden := filepath.Join("docs", "iam-policy.json")
	if *update {
		if err := os.WriteFile(golden, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date (make generate):\n%s", golden, diff)
	}
}

// actions are the IAM actions of all calls in package cloud and below it.
func actions(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("cloud", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	below, err := filepath.Glob(filepath.Join("cloud", "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range append(files, below...) {
		if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "cloudtest") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range directCall.FindAllStringSubmatch(string(source), -1) {
			all = append(all, iamService(m[1])+":"+m[2])
		}
		for _, m := range pagedCall.FindAllStringSubmatch(string(source), -1) {
			all = append(all, iamService(m[2])+":"+m[1])
		}
	}
	return all
}

// iamService is what IAM calls a client's service: both kinds of balancers
// share a name.
func iamService(client string) string {
	if client == "elb" || client == "elbv2" {
		return "elasticloadbalancing"
	}
	return client
}
