//go:build linux

package machine

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "::": false, "fe80::1": false, "fd00::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is public: %v", address, got)
		}
	}
}

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
	if !u.StartPre[0].MayFail || u.RestartSec != 90*time.Second || !slices.Equal(u.Environment, []string{"A=1", "B=two words"}) || !slices.Equal(u.Ignored, []string{"ProtectSystem"}) {
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

func TestUserDataOfEveryKindIsRead(t *testing.T) {
	u, err := parseUserData([]byte("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/cloud-config\n\n#cloud-config\nruncmd:\n- [echo, it's]\n\n--b\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\nIyEvYmluL3NoCg==\n--b--\n"))
	if err != nil || len(u.Scripts) != 1 || u.Scripts[0] != "#!/bin/sh\n" {
		t.Fatalf("%+v, %v", u, err)
	}
	text, err := script(u.Config.RunCmd)
	if want := "#!/bin/sh\n'echo' 'it'\\''s'\n"; err != nil || text != want {
		t.Errorf("commands %q, %v, want %q", text, err, want)
	}
	for data, why := range map[string]string{
		"hello":                               "neither",
		"#cloud-config\nrun_cmd: [x]\n":       "run_cmd",
		"#cloud-config\npackages: [x]\n":      "read-only",
		"#cloud-config\nruncmd: {a: [b\n":     "cloud-config",
		"#cloud-config\npackage_update: true": "read-only",
	} {
		if _, err := parseUserData([]byte(data)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %q", data, err, why)
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

func TestAnEndIsPlannedForTheTimeGiven(t *testing.T) {
	now := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{"now": 0, "+5": 5 * time.Minute, "3": 3 * time.Minute, "23:30": 90 * time.Minute, "21:00": 23 * time.Hour} {
		if got, err := whenToEnd(text, now); err != nil || got != want {
			t.Errorf("%s: in %v, %v, want %v", text, got, err, want)
		}
	}
	if _, err := whenToEnd("soon", now); err == nil {
		t.Error("soon is a time")
	}
}

func TestTheBuildCacheCopiesWhatTheCallerHas(t *testing.T) {
	host, own := t.TempDir(), t.TempDir()
	theirs, ours := buildCache{own: host}, buildCache{own: own}
	var err error
	if ours.host, err = os.OpenRoot(host); err != nil {
		t.Fatal(err)
	}
	defer ours.host.Close()
	action, output := []byte{1, 2}, []byte{3, 4}
	if _, err := theirs.put(action, output, []byte("compiled")); err != nil {
		t.Fatal(err)
	}
	in := `{"ID":1,"Command":"get","ActionID":"AQI="}` + "\n\n" +
		`{"ID":2,"Command":"put","ActionID":"BQY=","OutputID":"Bwg=","BodySize":3}` + "\n" + `"bmV3"` + "\n" +
		`{"ID":3,"Command":"get","ActionID":"BQY="}` + "\n" + `{"ID":4,"Command":"get","ActionID":"CQo="}` + "\n" + `{"ID":5,"Command":"close"}` + "\n"
	var out bytes.Buffer
	if err := ours.serve(bufio.NewReader(strings.NewReader(in)), &out); err != nil {
		t.Fatal(err)
	}
	var got []string
	for answers := json.NewDecoder(&out); answers.More(); {
		var a cacheAnswer
		if err := answers.Decode(&a); err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(a.DiskPath)
		got = append(got, fmt.Sprintf("%d %v %s%s", a.ID, a.Miss, text, a.Err))
	}
	want := []string{"0 false ", "1 false compiled", "2 false new", "3 false new", "4 true ", "5 false "}
	if !slices.Equal(got, want) {
		t.Errorf("answers %q, want %q", got, want)
	}
	if names, _ := os.ReadDir(host); len(names) != 2 {
		t.Errorf("the caller's cache holds %v", names)
	}
}
