//go:build linux

package cloudinit

import (
	"strings"
	"testing"
)

func FuzzUserData(f *testing.F) {
	f.Add([]byte("#!/bin/sh\ntrue\n"))
	f.Add([]byte("#cloud-config\nwrite_files:\n- path: /x\n  content: aGk=\n  encoding: gz+b64\n  permissions: '0644'\nruncmd:\n- [a, 'b c', 1]\n- echo\n"))
	f.Add([]byte("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Transfer-Encoding: base64\n\nIyEvYmluL3No\n--B--\n"))
	f.Add([]byte("#cloud-config\na: &a [" + strings.Repeat("*a,", 50) + "]\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		u, err := parseUserData(data)
		if err != nil {
			return
		}
		for _, file := range u.Config.WriteFiles {
			_, _ = file.content()
			_, _ = file.mode()
		}
		_, _ = script(u.Config.RunCmd)
		_, _ = script(u.Config.BootCmd)
	})
}
