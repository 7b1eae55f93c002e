package cli

import (
	"time"

	"github.com/spf13/pflag"

	"gekko"
)

// policy are the flags that go over the release part of gekko.yaml.
type policy struct {
	flags *pflag.FlagSet
	said  gekko.ReleasePolicy
}

func (p *policy) bind(f *pflag.FlagSet) {
	p.flags = f
	f.DurationVar(&p.said.Soak, "soak", 0, "compare both versions for this `time`; 0: not at all")
	f.DurationVar(&p.said.WarmUp, "warm-up", 0, "let the new version serve alone, healthy, for this `time` before the old one goes; 0: not at all")
	f.DurationVar(&p.said.Ramp, "ramp", 0, "take this `time` to the canary's full share (ALB only); 0: not at all")
	f.DurationVar(&p.said.Kept, "kept", 0, "keep the old group whole for this `time` once it gets no requests; 0: not at all")
	f.DurationVar(&p.said.MaxHold, "max-hold", 0, "reject a release that is held for this `time`")
	f.IntVar(&p.said.Canary, "canary-size", 0, "begin with `N` instances of the new version")
	f.IntVar(&p.said.SharePercent, "canary-share", 0, "send them this `percent` of the requests (ALB only)")
}

// over is the file's policy with the flags that were given put over it.
func (p *policy) over(policy gekko.ReleasePolicy) (gekko.ReleasePolicy, error) {
	for flag, to := range map[string]*time.Duration{
		"soak": &policy.Soak, "warm-up": &policy.WarmUp, "ramp": &policy.Ramp, "kept": &policy.Kept, "max-hold": &policy.MaxHold,
	} {
		if !p.flags.Changed(flag) {
			continue
		}
		d, _ := p.flags.GetDuration(flag)
		switch {
		case d < 0:
			return policy, badUsage("--%s %v: a time cannot be negative", flag, d)
		case d == 0 && flag == "max-hold":
			return policy, badUsage("--max-hold 0: want a second at least")
		case d == 0:
			d = -time.Second // a policy's 0 is the default
		}
		*to = d
	}
	if p.flags.Changed("canary-size") {
		if policy.Canary = p.said.Canary; policy.Canary < 1 {
			return policy, badUsage("--canary-size %d: want 1 or more", policy.Canary)
		}
	}
	if p.flags.Changed("canary-share") {
		if policy.SharePercent = p.said.SharePercent; policy.SharePercent < 1 || policy.SharePercent > 99 {
			return policy, badUsage("--canary-share %d: want 1 to 99", policy.SharePercent)
		}
	}
	return policy, nil
}
