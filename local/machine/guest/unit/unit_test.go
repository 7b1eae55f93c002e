//go:build linux

package unit

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestUnitsAreReadAsSystemdReadsThem(t *testing.T) {
	u, err := parseUnit("web.service", `[Unit]
Description=A \
 server
[Service]
# a comment
Type=exec
ExecStartPre=-/bin/false
ExecStart=/opt/%N --name "two words" $ARGS ${ONE}x
Environment=A=1 "B=two words"
Restart=on-failure
RestartSec=1min 30s
ProtectSystem=strict
[Install]
WantedBy=multi-user.target
`)
	if err != nil {
		t.Fatal(err)
	}
	got := expand(u.Start[0].Words, []string{"ARGS=a b", "ONE=1"})
	if want := []string{"/opt/web", "--name", "two words", "a", "b", "1x"}; !slices.Equal(got, want) {
		t.Errorf("command %q, want %q", got, want)
	}
	if !u.StartPre[0].MayFail || u.RestartDelay != 90*time.Second || !slices.Equal(u.Environment, []string{"A=1", "B=two words"}) || !slices.Equal(u.Ignored, []string{"ProtectSystem"}) {
		t.Errorf("%+v", u)
	}
	for text, why := range map[string]string{
		"[Service]\nType=forking\nExecStart=/x\n":   "not supported",
		"[Service]\nRestart=no\n":                   "no ExecStart",
		"[Service]\nExecStart=/x 'y\n":              "quote",
		"[Service]\nExecStart=/x\nRestartSec=soon":  "span of time",
		"[Service]\nExecStart=/x\nneither this one": "neither",
	} {
		if _, err := parseUnit("x.service", text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %q", text, err, why)
		}
	}
}

func FuzzUnit(f *testing.F) {
	f.Add("[Service]\nExecStart=/x \"${A}\" $B\nRestartSec=1s\n")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := parseUnit("x.service", text)
		if err != nil {
			return
		}
		for _, c := range u.Start {
			expand(c.Words, []string{"A=${A}"})
		}
	})
}
