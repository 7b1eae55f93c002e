package bake

import (
	"strings"
	"testing"
)

// No password of an address is shown, whatever else stands in it.
func FuzzPassword(f *testing.F) {
	f.Add("https", "me", "s3cret", "git.example/x.git")
	f.Add("ssh", "a@b", "p/w", "host:22/x")
	f.Fuzz(func(t *testing.T, scheme, user, password, rest string) {
		const secret = "s3cr3tw0rd"
		if strings.ContainsAny(user+scheme, "/\\: \n\t\r\v\f\u0085\u00a0") || strings.ContainsAny(password+rest, "/ \n\t\r\v\f") {
			return
		}
		where := scheme + "://" + user + ":" + password + secret + "@" + rest
		apartFromPassword(where)
		if shown := withoutPassword(where); strings.Contains(shown, secret) {
			t.Errorf("%q is shown as %q", where, shown)
		}
		if shown := hidePasswords("fatal: " + where + ": no"); strings.Contains(shown, secret) {
			t.Errorf("%q is told as %q", where, shown)
		}
	})
}
