package cli

import (
	"testing"

	"github.com/spf13/pflag"

	"gekko"
)

func TestASmallerMaximumTakesADesiredCapacityAlongThatNobodyAskedFor(t *testing.T) {
	planned := gekko.Size{Min: 1, Max: 6, Desired: 2}
	for _, c := range []struct {
		flags []string
		want  gekko.Size
	}{
		{nil, planned},
		{[]string{"--min-size=1", "--max-size=1"}, gekko.Size{Min: 1, Max: 1, Desired: 1}},
		{[]string{"--max-size=1", "--desired-capacity=2"}, gekko.Size{Min: 1, Max: 1, Desired: 2}}, // refused later
		{[]string{"--max-size=20"}, gekko.Size{Min: 1, Max: 20, Desired: 2}},
	} {
		var s sizes
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		s.bind(flags)
		if err := flags.Parse(c.flags); err != nil {
			t.Fatal(err)
		}
		if got := s.over(planned); got != c.want {
			t.Errorf("%v: size %v, want %v", c.flags, got, c.want)
		}
	}
}
