package notify

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

// notified tells two changes and gives what it warned of.
func notified(to gekko.Notify) []string {
	var warnings []string
	n := New(to, func(s string) { warnings = append(warnings, s) })
	n.Tell(map[string]string{"phase": "soaking"})
	n.Tell(map[string]string{"ending": "promoted"})
	n.End()
	return warnings
}

const bothLines = "{\"phase\":\"soaking\"}\n{\"ending\":\"promoted\"}\n"

func TestAProgramIsToldALineEach(t *testing.T) {
	file := filepath.Join(t.TempDir(), "told")
	if w := notified(gekko.Notify{Exec: []string{"sh", "-c", "cat >>" + file}}); w != nil {
		t.Errorf("warned of %q", w)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(bothLines, string(got)); d != "" {
		t.Error(d)
	}
}

func TestAURLIsToldALineEach(t *testing.T) {
	got := ""
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		line, _ := io.ReadAll(r.Body)
		got += string(line)
	}))
	w := notified(gekko.Notify{URL: server.URL})
	server.Close()
	if w != nil {
		t.Errorf("warned of %q", w)
	}
	if d := cmp.Diff(bothLines, got); d != "" {
		t.Error(d)
	}
}

func TestANotifierThatFailsOnlyWarns(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	host := strings.TrimPrefix(server.URL, "http://")
	for _, c := range []struct {
		name string
		to   gekko.Notify
		want string
	}{
		{"a program", gekko.Notify{Exec: []string{"sh", "-c", "echo first; echo no room >&2; exit 3"}}, "notify: sh: exit status 3: no room"},
		{"a URL", gekko.Notify{URL: server.URL + "/secret"}, fmt.Sprintf("notify: %s answered 404 Not Found", host)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff([]string{c.want, c.want}, notified(c.to)); d != "" {
				t.Error(d)
			}
		})
	}
	server.Close()
	for _, w := range notified(gekko.Notify{URL: server.URL + "/secret"}) {
		if strings.Contains(w, "secret") {
			t.Errorf("the URL is told: %s", w)
		}
	}
}
