//go:build linux

package machine_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gekko/local/machine"
)

func TestAFunctionIsAMachineInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := machine.NewFunc(machine.Spec{ID: "i-1"}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Hour)
			io.WriteString(w, r.URL.Path)
		}))
		f.BootTime = 7 * time.Minute
		start := time.Now()
		ended := make(chan machine.End, 1)
		if err := f.Boot(t.Context(), machine.Boot{}, func(e machine.End) { ended <- e }); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != f.BootTime {
			t.Errorf("it booted in %v", got)
		}
		client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return f.Dial(ctx, 80) }}}
		defer client.CloseIdleConnections()
		r, err := client.Get("http://inside/path")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || string(text) != "/path" {
			t.Errorf("it says %q, %v", text, err)
		}
		f.Stop(machine.Crashed)
		if got := <-ended; got != machine.Crashed {
			t.Errorf("it ended: %v", got)
		}
		if _, err := f.Dial(t.Context(), 80); err == nil {
			t.Error("it answers though it is off")
		}
	})
}
