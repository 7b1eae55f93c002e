package tune_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"gekko/tune"
)

func TestEverySettingSaysWhyAndWhere(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range tune.Settings() {
		if seen[s.Name] || len(s.Why) < 20 || !strings.HasPrefix(s.Source, "https://") || s.AtMost && s.Exact {
			t.Errorf("setting %+v", s)
		}
		seen[s.Name] = true
		if !s.Serves(s.Value) {
			t.Errorf("%s: its own value does not serve", s.Name)
		}
	}
	for _, name := range []string{"net.core.somaxconn", "net.ipv4.tcp_max_syn_backlog", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_fin_timeout", "net.core.netdev_max_backlog"} {
		if !seen[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestTheFilesHoldEverySettingAndLetNoneFailABoot(t *testing.T) {
	files := tune.Files()
	sysctl := files[0].Content
	for _, s := range tune.Settings() {
		if !strings.Contains(sysctl, "\n-"+s.Name+" = "+s.Value+"\n") {
			t.Errorf("%s is not in %s, or may fail", s.Name, files[0].Path)
		}
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Path, "/etc/") || !strings.HasSuffix(f.Content, "\n") {
			t.Errorf("file %+v", f)
		}
	}
}

func TestAHostIsCompared(t *testing.T) {
	system := fstest.MapFS{
		"net/core/somaxconn":           {Data: []byte("65535\n")}, // more serves as well
		"net/ipv4/tcp_fin_timeout":     {Data: []byte("60\n")},    // more does not
		"net/ipv4/tcp_rmem":            {Data: []byte("4096\t131072\t1\n")},
		"net/ipv4/ip_local_port_range": {Data: []byte("10240\t65535\n")},
		"net/ipv4/tcp_tw_reuse":        {Data: []byte("2\n")},
		"net/ipv4/tcp_max_syn_backlog": {Data: []byte("unknown\n")},
	}
	want := map[string]bool{
		"net.core.somaxconn": true, "net.ipv4.tcp_fin_timeout": false, "net.ipv4.tcp_rmem": false,
		"net.ipv4.ip_local_port_range": true, "net.ipv4.tcp_tw_reuse": true,
		"net.ipv4.tcp_max_syn_backlog": false, "net.core.rmem_max": false,
	}
	for _, f := range tune.Check(system) {
		if good, ok := want[f.Name]; ok && f.Good != good {
			t.Errorf("%v: good %v", f, f.Good)
		}
		if f.Name == "net.core.rmem_max" && !strings.Contains(f.String(), "does not have it") {
			t.Errorf("a parameter that is not there: %v", f)
		}
	}
}
