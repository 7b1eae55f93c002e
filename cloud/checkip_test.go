package cloud

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gekko"
)

func TestTheOwnAddressIsBelievedOnlyIfItIsOne(t *testing.T) {
	for body, want := range map[string]string{"203.0.113.9\n": "203.0.113.9", "<html>no": "", "2001:db8::1": "2001:db8::1"} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
		got, err := callerAddress(t.Context(), s.URL)
		s.Close()
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", body, got, err)
		}
	}
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	if _, err := callerAddress(t.Context(), s.URL); !errors.Is(err, gekko.ErrUnavailable) || !strings.Contains(gekko.HintOf(err), "ssh-from") {
		t.Errorf("nobody there: %v, hint %q", err, gekko.HintOf(err))
	}
}
