package tag

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

func TestWhatTagsSayIsReadBack(t *testing.T) {
	for _, b := range []gekko.Balancer{
		{},
		{Classic: "front"},
		{Listener: "front:80", Rules: []string{"default", "10"}},
		{Listener: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/front/0123456789abcdef/0123456789abcdef", Rules: []string{"default"}},
	} {
		if d := cmp.Diff(b, decodeBalancer(EncodeBalancer(b))); d != "" {
			t.Error(d)
		}
	}
	port, health := decodeService(encodeService(8080, "/healthz?deep=1"))
	if port != 8080 || health != "/healthz?deep=1" {
		t.Errorf("service %d %s", port, health)
	}
	p := gekko.GroupPlan{
		InstanceTypes: []string{"t3.small", "t3a.small"}, Subnets: []string{"subnet-0a", "subnet-0b"},
		Size: gekko.Size{Max: 6, Desired: 1}, HealthGrace: 90 * time.Second,
		TargetTracking: &gekko.TargetTracking{Metric: "requests", Target: 1000.5},
	}
	if d := cmp.Diff(p, decodePlan(encodePlan(p))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(gekko.GroupPlan{}, decodePlan("")); d != "" {
		t.Error(d)
	}
}

func TestASnapshotOfSixSubnetsFitsItsTags(t *testing.T) {
	s := gekko.Snapshot{
		Name: "a-name-of-16-xyz-20260101-000000", Commit: gekko.Commit(strings.Repeat("a", 40)), Recipe: strings.Repeat("b", 32), Base: "ami-0123456789abcdef0",
		Balancer: gekko.Balancer{Listener: "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:listener/app/" + strings.Repeat("n", 32) + "/0123456789abcdef/0123456789abcdef", Rules: []string{"default", "10"}},
		Plan:     gekko.GroupPlan{InstanceTypes: []string{"c7gn.16xlarge", "c7gn.12xlarge"}, Size: gekko.Size{Min: 1000, Max: 1000, Desired: 1000}, HealthGrace: time.Hour, TargetTracking: &gekko.TargetTracking{Metric: "requests", Target: 100000}},
	}
	for range 6 {
		s.Plan.Subnets = append(s.Plan.Subnets, "subnet-0123456789abcdef0")
	}
	if err := Check(OfSnapshot(s)); err != nil {
		t.Error(err)
	}
	s.Source = strings.Repeat("ü", 257)
	if err := Check(OfSnapshot(s)); !errors.Is(err, gekko.ErrInvalid) || !strings.Contains(err.Error(), Source) {
		t.Errorf("a source of 257 characters: %v", err)
	}
}

func TestABakesMarkIsReadBack(t *testing.T) {
	b := gekko.Bake{ID: "1", App: "a", Snapshot: "a-20260101-000000", Commit: "c", Recipe: "r", Base: "ami-1", Expires: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
	if d := cmp.Diff(b, ReadBake(OfBake(b))); d != "" {
		t.Error(d)
	}
}
