//go:build linux

package machine_test

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gekko/local/machine"
)

func TestAMachineBootsInNamespaces(t *testing.T) {
	start := time.Now()
	h, err := machine.Open(t.Context(), machine.Options{Dir: filepath.Join(t.TempDir(), "run"), Confine: machine.Namespaces, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	t.Log("open", time.Since(start))
	m, err := h.New(machine.Spec{ID: "i-1", Address: netip.MustParseAddr("127.9.8.7"), Base: machine.Bases()[0].Name})
	if err != nil {
		t.Fatal(err)
	}
	start = time.Now()
	if err := m.Boot(t.Context(), machine.Boot{First: true}, func(e machine.End) {}); err != nil {
		t.Fatal(err)
	}
	t.Log("boot", time.Since(start))
	c, err := m.Dial(t.Context(), 22)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	t.Log(string(m.Console()))
}
