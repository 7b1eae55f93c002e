package machine_test

import (
	"os"
	"testing"

	"gekko/local/machine"
)

func TestMain(m *testing.M) {
	if machine.Main() {
		return
	}
	os.Exit(m.Run())
}
