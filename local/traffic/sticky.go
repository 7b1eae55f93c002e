package traffic

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// The cookies of an application load balancer: which pool of a rule a client
// stays with, and which target of a pool. AWS encrypts their values; clients
// must not read them, so a plain encoding serves.
const (
	poolCookie   = "AWSALBTG"
	targetCookie = "AWSALB"
)

// choose gives the request's pool and, counted in, its target; nil if there is none.
func (a *Forward) choose(r *http.Request) (*Pool, *Target) {
	pool := a.kept(r)
	if pool == nil {
		pool = a.next()
	}
	if pool == nil {
		return nil, nil
	}
	if pool.view.Load().policy.Sticky > 0 {
		if name, ok := cookie(r, targetCookie); ok {
			of, name, _ := strings.Cut(name, "\n")
			if t := pool.named(name); of == pool.Name && t != nil {
				return pool, t
			} else if t != nil {
				t.end()
			}
		}
	}
	return pool, pool.pick()
}

// kept is the pool that the client's cookie names, if the rule still has it; its
// weight does not matter.
func (a *Forward) kept(r *http.Request) *Pool {
	if a.sticky == 0 {
		return nil
	}
	name, ok := cookie(r, poolCookie)
	if !ok {
		return nil
	}
	for _, s := range a.shares {
		if s.Pool.Name == name {
			return s.Pool
		}
	}
	return nil
}

// stick adds the cookies to a target's answer.
func (x *exchange) stick(h http.Header) {
	if x.forward.sticky > 0 {
		setCookie(h, poolCookie, x.pool.Name, x.forward.sticky)
	}
	if d := x.pool.view.Load().policy.Sticky; d > 0 {
		setCookie(h, targetCookie, x.pool.Name+"\n"+x.target.Name, d)
	}
}

func cookie(r *http.Request, name string) (string, bool) {
	c, err := r.Cookie(name)
	if err != nil {
		return "", false
	}
	value, err := base64.RawURLEncoding.DecodeString(c.Value)
	return string(value), err == nil
}

// setCookie sets the cookie twice, as AWS does: once for requests from other sites.
func setCookie(h http.Header, name, value string, d time.Duration) {
	c := &http.Cookie{Name: name, Value: base64.RawURLEncoding.EncodeToString([]byte(value)), Path: "/", Expires: time.Now().Add(d)}
	h.Add("Set-Cookie", c.String())
	c.Name += "CORS"
	c.SameSite, c.Secure = http.SameSiteNoneMode, true
	h.Add("Set-Cookie", c.String())
}
