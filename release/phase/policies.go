package phase

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gekko"
)

// Policies are what a release keeps to. They are kept on the new group, as
// words KEY=VALUE that say what differs from the defaults: a tag has no room
// for more, and takes no commas.
type Policies struct {
	Release gekko.ReleasePolicy
	Judge   gekko.JudgePolicy
}

// Complete puts the defaults where nothing was said.
func (p Policies) Complete() Policies { return Policies{p.Release.Complete(), p.Judge.Complete()} }

// setting is one field of the policies under its short key.
type setting struct {
	key  string
	name string // in gekko.yaml
	at   any    // *time.Duration, *int, *float64, *gekko.AtSoakEnd
}

func (p *Policies) settings() []setting {
	r, j := &p.Release, &p.Judge
	return []setting{
		{"soak", "release.soak", &r.Soak},
		{"warm", "release.warm-up", &r.WarmUp},
		{"ramp", "release.ramp", &r.Ramp},
		{"canary", "release.canary.size", &r.Canary},
		{"share", "release.canary.share", &r.SharePercent},
		{"kept", "release.kept", &r.Kept},
		{"hold", "release.max-hold", &r.MaxHold},
		{"period", "judge.period", &j.Period},
		{"settle", "judge.settling", &j.Settling},
		{"alpha", "judge.alpha", &j.Alpha},
		{"slow", "judge.slow-path", &j.SlowPath},
		{"tol", "judge.tolerance", &j.Tolerance},
		{"conf", "judge.confidence", &j.Confidence},
		{"blocks", "judge.blocks", &j.Blocks},
		{"budget", "judge.budget", &j.Budget},
		{"young", "judge.warm-up", &j.WarmUp},
		{"end", "judge.at-soak-end", &j.AtSoakEnd},
		{"least", "judge.least", &j.Least},
	}
}

// Words are what a tag keeps of the policies.
func (p Policies) Words() string {
	usual := Policies{}.Complete()
	theirs := usual.settings()
	var words []string
	for i, s := range p.settings() {
		if said := s.String(); said != theirs[i].String() {
			words = append(words, s.key+"="+said)
		}
	}
	return strings.Join(words, " ")
}

// Instead names what somebody asks for and a release that began with p does not
// do. What they leave open asks for nothing.
func (p Policies) Instead(asked Policies) string {
	theirs, open := asked.settings(), new(Policies).settings()
	var all []string
	for i, s := range p.settings() {
		want := theirs[i].String()
		if want != open[i].String() && want != s.String() {
			all = append(all, fmt.Sprintf("%s %s, not %s", s.name, s, want))
		}
	}
	return strings.Join(all, "; ")
}

func (s setting) String() string {
	switch at := s.at.(type) {
	case *time.Duration:
		if *at < 0 {
			return "no"
		}
		return at.String()
	case *int:
		return strconv.Itoa(*at)
	case *float64:
		return strconv.FormatFloat(*at, 'g', -1, 64)
	case *gekko.AtSoakEnd:
		return string(*at)
	}
	panic(fmt.Sprintf("release: setting %s has no form", s.key))
}

func (s setting) read(said string) (err error) {
	switch at := s.at.(type) {
	case *time.Duration:
		if said == "no" {
			*at = -1
			return nil
		}
		*at, err = time.ParseDuration(said)
	case *int:
		*at, err = strconv.Atoi(said)
	case *float64:
		*at, err = strconv.ParseFloat(said, 64)
	case *gekko.AtSoakEnd:
		*at = gekko.AtSoakEnd(said)
	}
	return err
}

// ReadPolicies is the inverse of Words. A word that it does not know was
// written by a gekko that is newer.
func ReadPolicies(words string) (Policies, error) {
	p := Policies{}.Complete()
	for word := range strings.FieldsSeq(words) {
		key, said, _ := strings.Cut(word, "=")
		known := false
		for _, s := range p.settings() {
			if s.key != key {
				continue
			}
			known = true
			if err := s.read(said); err != nil {
				return p, fmt.Errorf("policy %q: %w: %s: %w", words, gekko.ErrInvalid, key, err)
			}
		}
		if !known {
			return p, fmt.Errorf("policy %q: %w: this gekko does not know %s", words, gekko.ErrInvalid, key)
		}
	}
	return p, nil
}
