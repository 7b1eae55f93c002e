package cli

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"gekko"
)

func TestFlagsGoOverTheFilesPolicy(t *testing.T) {
	file := gekko.ReleasePolicy{Soak: time.Hour, WarmUp: time.Minute, Canary: 2}
	for _, c := range []struct {
		name string
		args []string
		want gekko.ReleasePolicy // zero: refused
	}{
		{"none", nil, file},
		{"some", []string{"--soak=2h", "--canary-share=10"}, gekko.ReleasePolicy{Soak: 2 * time.Hour, WarmUp: time.Minute, Canary: 2, SharePercent: 10}},
		{"not at all", []string{"--soak=0s", "--warm-up=0"}, gekko.ReleasePolicy{Soak: -time.Second, WarmUp: -time.Second, Canary: 2}},
		{"a negative time", []string{"--kept=-1s"}, gekko.ReleasePolicy{}},
		{"a hold of no time", []string{"--max-hold=0"}, gekko.ReleasePolicy{}},
		{"no canary", []string{"--canary-size=0"}, gekko.ReleasePolicy{}},
		{"all to the canary", []string{"--canary-share=100"}, gekko.ReleasePolicy{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := policy{}
			f := pflag.NewFlagSet("release", pflag.ContinueOnError)
			p.bind(f)
			if err := f.Parse(c.args); err != nil {
				t.Fatal(err)
			}
			got, err := p.over(file)
			if refused := c.want == (gekko.ReleasePolicy{}); refused != (err != nil) {
				t.Fatalf("error %v", err)
			} else if d := cmp.Diff(c.want, got); !refused && d != "" {
				t.Error(d)
			}
		})
	}
}
