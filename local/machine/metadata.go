//go:build linux

package machine

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// metadata answers at 169.254.169.254 inside a machine, from the host: version
// 2 of the service with session tokens, version 1 unless tokens are required.
// Source: "Use the Instance Metadata Service", EC2 User Guide.
type metadata struct {
	spec Spec

	mu     sync.Mutex
	tokens map[string]time.Time // and when they expire
}

const (
	tokensKept   = 1000 // of a machine: any program inside may ask for as many as it likes
	longestToken = 6 * time.Hour
	tokenHeader  = "X-aws-ec2-metadata-token"
	tokenTTL     = "X-aws-ec2-metadata-token-ttl-seconds"
)

func newMetadata(s Spec) *metadata { return &metadata{spec: s, tokens: map[string]time.Time{}} }

func (m *metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "EC2ws")
	if r.URL.Path == "/latest/api/token" {
		m.token(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "", http.StatusMethodNotAllowed)
		return
	}
	if !m.admitted(r) {
		http.Error(w, "", http.StatusUnauthorized)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/")
	if path == "" {
		w.Write([]byte("latest"))
		return
	}
	_, rest, _ := strings.Cut(path, "/") // latest, or a date
	if m.spec.Metadata == nil {
		http.NotFound(w, r)
		return
	}
	value, ok := m.spec.Metadata(rest)
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Write([]byte(value))
}

// token gives a new session token.
func (m *metadata) token(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodPut:
		http.Error(w, "", http.StatusMethodNotAllowed)
		return
	case r.Header.Get("X-Forwarded-For") != "":
		http.Error(w, "", http.StatusForbidden)
		return
	}
	seconds, err := strconv.Atoi(r.Header.Get(tokenTTL))
	if err != nil || seconds < 1 || seconds > int(longestToken/time.Second) {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	token := m.newToken(time.Duration(seconds) * time.Second)
	w.Header().Set(tokenTTL, strconv.Itoa(seconds))
	w.Write([]byte(token))
}

// newToken makes room for a token among those that are kept: the first to go
// are those that expire first.
func (m *metadata) newToken(holds time.Duration) string {
	secret := make([]byte, 32)
	rand.Read(secret)
	token, now := hex.EncodeToString(secret), time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	first := ""
	for t, expires := range m.tokens {
		switch {
		case now.After(expires):
			delete(m.tokens, t)
		case first == "" || expires.Before(m.tokens[first]):
			first = t
		}
	}
	if len(m.tokens) >= tokensKept {
		delete(m.tokens, first)
	}
	m.tokens[token] = now.Add(holds)
	return token
}

// admitted says whether a request bears a valid token, or may do without.
func (m *metadata) admitted(r *http.Request) bool {
	token := r.Header.Get(tokenHeader)
	if token == "" {
		return m.spec.TokensRequired == nil || !m.spec.TokensRequired()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for known, expires := range m.tokens {
		if subtle.ConstantTimeCompare([]byte(known), []byte(token)) == 1 {
			return time.Now().Before(expires)
		}
	}
	return false
}
