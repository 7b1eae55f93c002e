//go:build linux

package cloudinit

import (
	"strings"
	"testing"
)

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
