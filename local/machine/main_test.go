//go:build linux

package machine_test

import (
	"fmt"
	"os"
	"testing"

	"gekko/local/machine"
)

func TestMain(m *testing.M) {
	if machine.Main() {
		return
	}
	if dir := os.Getenv("MACHINE_TEST_HOST"); dir != "" {
		hostUntilKilled(dir)
		return
	}
	status := m.Run()
	if h, err := shared(); err == nil {
		if err := h.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}
