package wire

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	dateLayout = "20060102T150405Z"
	window     = 15 * time.Minute // how far a request's date may be off
)

// signature is what a request says about how it was signed, by Signature
// Version 4.
type signature struct {
	key, day, region, service string // of the credential
	headers                   []string
	date                      string
	expires                   time.Duration // presigned: how long it holds; 0: the window
	given                     string
	presigned                 bool
}

// signatureOf reads a request's signature; nil if it has none, or one that
// cannot be read.
func signatureOf(r *http.Request) (s *signature, signed bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		return headerSignature(r, header), true
	}
	if q := r.URL.Query(); q.Get("X-Amz-Signature") != "" {
		return querySignature(q), true
	}
	return nil, false
}

func headerSignature(r *http.Request, header string) *signature {
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return nil
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	s := &signature{given: parts["Signature"], date: r.Header.Get("X-Amz-Date")}
	if s.date == "" {
		if t, err := http.ParseTime(r.Header.Get("Date")); err == nil {
			s.date = t.UTC().Format(dateLayout)
		}
	}
	return s.with(parts["Credential"], parts["SignedHeaders"])
}

func querySignature(q url.Values) *signature {
	if q.Get("X-Amz-Algorithm") != algorithm {
		return nil
	}
	s := &signature{given: q.Get("X-Amz-Signature"), date: q.Get("X-Amz-Date"), presigned: true}
	if text := q.Get("X-Amz-Expires"); text != "" {
		const week = 7 * 24 * 60 * 60
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 1 || seconds > week {
			return nil
		}
		s.expires = time.Duration(seconds) * time.Second
	}
	return s.with(q.Get("X-Amz-Credential"), q.Get("X-Amz-SignedHeaders"))
}

// with adds credential and headers, or gives nil if they are not whole.
func (s *signature) with(credential, headers string) *signature {
	scope := strings.Split(credential, "/")
	s.headers = strings.Split(headers, ";")
	if len(scope) != 5 || scope[4] != "aws4_request" || !slices.Contains(s.headers, "host") ||
		!strings.HasPrefix(s.date, scope[1]) || s.given == "" {
		return nil
	}
	s.key, s.day, s.region, s.service = scope[0], scope[1], scope[2], scope[3]
	return s
}

// signingKeys remembers the keys that a secret's signatures are made with: they
// stay the same for a day. Its zero value is ready.
type signingKeys struct {
	mu   sync.Mutex
	keys map[[4]string][]byte
}

// keysKept is more than one caller of all services needs.
const keysKept = 64

func (k *signingKeys) of(s *signature, secret string) []byte {
	scope := [4]string{secret, s.day, s.region, s.service}
	k.mu.Lock()
	defer k.mu.Unlock()
	if key := k.keys[scope]; key != nil {
		return key
	}
	key := []byte("AWS4" + secret)
	for _, step := range []string{s.day, s.region, s.service, "aws4_request"} {
		key = mac(key, step)
	}
	if k.keys == nil || len(k.keys) >= keysKept {
		k.keys = make(map[[4]string][]byte)
	}
	k.keys[scope] = key
	return key
}

// holds tells whether the request was signed with the key.
func (s *signature) holds(r *http.Request, body, key []byte) bool {
	for name := range r.Header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && !slices.Contains(s.headers, name) {
			return false // anybody may have added it
		}
	}
	hash := sha256.Sum256(body)
	payload := hex.EncodeToString(hash[:])
	if said := r.Header.Get("X-Amz-Content-Sha256"); said != "" && said != payload {
		return false
	}
	canonical := sha256.Sum256([]byte(s.canonical(r, payload)))
	toSign := strings.Join([]string{
		algorithm, s.date, s.day + "/" + s.region + "/" + s.service + "/aws4_request",
		hex.EncodeToString(canonical[:]),
	}, "\n")
	given, err := hex.DecodeString(s.given)
	return err == nil && hmac.Equal(given, mac(key, toSign))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// canonical is the request in the form that is signed.
func (s *signature) canonical(r *http.Request, payload string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n")
	b.WriteString(escape(cmp.Or(r.URL.EscapedPath(), "/"), true) + "\n")
	b.WriteString(canonicalQuery(r.URL.Query(), s.presigned) + "\n")
	for _, name := range s.headers {
		b.WriteString(name + ":" + canonicalHeader(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(s.headers, ";") + "\n" + payload)
	return b.String()
}

func canonicalQuery(q url.Values, presigned bool) string {
	var pairs []string
	for name, values := range q {
		if presigned && name == "X-Amz-Signature" {
			continue
		}
		for _, value := range values {
			pairs = append(pairs, escape(name, false)+"="+escape(value, false))
		}
	}
	slices.SortFunc(pairs, func(a, b string) int {
		// By name first: "a=" sorts after "a-=" as a whole.
		aName, aValue, _ := strings.Cut(a, "=")
		bName, bValue, _ := strings.Cut(b, "=")
		return cmp.Or(cmp.Compare(aName, bName), cmp.Compare(aValue, bValue))
	})
	return strings.Join(pairs, "&")
}

func canonicalHeader(r *http.Request, name string) string {
	values := r.Header.Values(name)
	switch {
	case name == "host":
		values = []string{requestHost(r)}
	case name == "content-length" && len(values) == 0:
		values = []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(trimmed, ",")
}

// escape is percent-encoding as signatures want it.
func escape(s string, keepSlash bool) string {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; strings.IndexByte(plain, c) >= 0 || keepSlash && c == '/' {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}
