package release_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage lie for longer, as worlds are many and small, and keeps
// the caller's own settings of AWS away from all of them.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
		"AWS_CA_BUNDLE": "", // else each client reads it, and none needs it
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
