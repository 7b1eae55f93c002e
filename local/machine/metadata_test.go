//go:build linux

package machine

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTokensOfTheMetadataServiceHaveAnEnd(t *testing.T) {
	m := newMetadata(Spec{Metadata: func(string) (string, bool) { return "", true }})
	ask := func(method, path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set(header[0], header[1])
		answer := httptest.NewRecorder()
		m.ServeHTTP(answer, r)
		return answer
	}
	var tokens []string
	for range tokensKept + 1 {
		tokens = append(tokens, ask(http.MethodPut, "/latest/api/token", tokenTTL, "60").Body.String())
	}
	if len(m.tokens) != tokensKept {
		t.Errorf("%d tokens are kept, want %d", len(m.tokens), tokensKept)
	}
	for i, want := range map[int]int{0: http.StatusUnauthorized, 1: http.StatusOK, tokensKept: http.StatusOK} {
		if got := ask(http.MethodGet, "/latest/user-data", tokenHeader, tokens[i]).Code; got != want {
			t.Errorf("token %d: %d, want %d", i, got, want)
		}
	}
}
