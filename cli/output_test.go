package cli

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

func TestATableIsAlignedOnATerminalAndTSVElsewhere(t *testing.T) {
	draw := func(terminal bool) string {
		env := bareEnv()
		env.TTY.Out = terminal
		env.Getenv = func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }
		table := newTable("NAME", "WHY")
		table.add("é-1", "one\ttwo")
		table.add("longer", "")
		if err := table.print(env); err != nil {
			t.Fatal(err)
		}
		return env.Out.(*bytes.Buffer).String()
	}
	if diff := cmp.Diff("é-1\tone two\nlonger\t\n", draw(false)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("NAME    WHY\né-1     one\ttwo\nlonger\n", draw(true)); diff != "" {
		t.Error(diff)
	}
}

func TestSpansReadAsPeopleSayThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:             "0s",
		1500 * time.Microsecond:  "2ms",
		4200 * time.Millisecond:  "4.2s",
		42 * time.Second:         "42s",
		190 * time.Second:        "3m10s",
		5*time.Hour + 2*60*1e9:   "5h02m",
		12*24*time.Hour + 5*36e8: "12d",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestProgressOffATerminalIsALineForEachNewThing(t *testing.T) {
	env := bareEnv()
	p := newProgress(env)
	p.report(gekko.Event{Kind: gekko.Did, Text: "builder i-1 launched", For: 2 * time.Second})
	p.report(gekko.Event{Kind: gekko.Waits, Text: "i-1 boots"})
	p.report(gekko.Event{Kind: gekko.Waits, Text: "i-1 boots", For: time.Second}) // the same again: nothing new
	p.report(gekko.Event{Kind: gekko.Output, Text: "go build"})
	p.report(gekko.Event{Kind: gekko.Warns, Text: "desired capacity 1 raised to 2"})
	p.end()
	want := "builder i-1 launched (2.0s)\nwaiting: i-1 boots\n  | go build\nnote: desired capacity 1 raised to 2\n"
	if diff := cmp.Diff(want, env.Err.(*bytes.Buffer).String()); diff != "" {
		t.Error(diff)
	}
}

func TestALongLineIsCutToTheTerminal(t *testing.T) {
	if got := cut("waiting for ever", 8); got != "waiting…" {
		t.Errorf("got %q", got)
	}
}
