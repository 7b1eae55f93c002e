package classic

import "testing"

func FuzzTarget(f *testing.F) {
	f.Add("HTTP:8080/health")
	f.Add("TCP:80")
	f.Fuzz(func(t *testing.T, target string) {
		var c check
		if c.parseTarget(target) == nil && (c.port < 1 || c.port > 65535 || !c.tcp && c.path == "") {
			t.Errorf("%q gives %+v", target, c)
		}
	})
}
