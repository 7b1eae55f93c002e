//go:build linux

package machine_test

import (
	"testing"

	"gekko/local/machine"
)

// BenchmarkBoot is from New to a machine that serves SSH, and its end.
func BenchmarkBoot(b *testing.B) {
	h, err := shared()
	if err != nil {
		b.Skip(err)
	}
	w := &world{host: h}
	for b.Loop() {
		m, err := h.New(w.spec())
		if err != nil {
			b.Fatal(err)
		}
		if err := m.Boot(b.Context(), machine.Boot{First: true}, func(machine.End) {}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := m.Remove(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkDial is one connection to a port inside.
func BenchmarkDial(b *testing.B) {
	h, err := shared()
	if err != nil {
		b.Skip(err)
	}
	w := &world{host: h}
	m, err := h.New(w.spec())
	if err != nil {
		b.Fatal(err)
	}
	defer m.Remove()
	if err := m.Boot(b.Context(), machine.Boot{First: true}, func(machine.End) {}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := m.Dial(b.Context(), 22)
		if err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}
