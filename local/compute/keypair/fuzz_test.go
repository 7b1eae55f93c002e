package keypair

import "testing"

func FuzzReadKey(f *testing.F) {
	f.Add([]byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh me"))
	f.Add([]byte("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQA="))
	f.Fuzz(func(t *testing.T, material []byte) {
		if key, fingerprint, err := readKey(material); err == nil && (key == nil || fingerprint == "") {
			t.Errorf("%q gives %v and %q", material, key, fingerprint)
		}
	})
}
