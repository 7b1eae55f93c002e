package appfile

import (
	"net/url"
	"time"

	"github.com/goccy/go-yaml/ast"

	"gekko"
)

// The longest that times of a release may be.
const (
	longestSoak = 30 * 24 * time.Hour
	longestWait = 7 * 24 * time.Hour
)

func (r *reader) release(n ast.Node, p *gekko.ReleasePolicy) {
	r.mapping(n, "release", keys{
		"soak":     r.unlessZero(&p.Soak, longestSoak),
		"warm-up":  r.unlessZero(&p.WarmUp, longestWait),
		"ramp":     r.unlessZero(&p.Ramp, longestWait),
		"kept":     r.unlessZero(&p.Kept, longestWait),
		"max-hold": r.above(&p.MaxHold, longestWait),
		"canary":   func(n ast.Node) { r.canary(n, p) },
	})
}

func (r *reader) canary(n ast.Node, p *gekko.ReleasePolicy) {
	r.mapping(n, "release.canary", keys{
		"size":  r.whole(&p.Canary, 1, 1000),
		"share": r.whole(&p.SharePercent, 1, 99),
	})
}

// unlessZero reads a duration of which 0 means: not at all. A policy says that
// with a negative one, as its zero stands for the default.
func (r *reader) unlessZero(to *time.Duration, most time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		d := time.Duration(-1)
		if r.duration(&d, most)(n); d == 0 {
			d = -time.Second
		}
		*to = d
	}
}

// above reads a duration that is not 0.
func (r *reader) above(to *time.Duration, most time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		d := time.Duration(-1)
		if r.duration(&d, most)(n); d == 0 {
			r.wrong(n, "want a duration of a second at least")
		}
		*to = d
	}
}

// notify reads who is told of a release: a program or a URL.
func (r *reader) notify(n ast.Node, to *gekko.Notify) {
	at := r.mapping(n, "notify", keys{
		"exec": func(n ast.Node) { r.program(n, &to.Exec) },
		"url":  func(n ast.Node) { r.web(n, &to.URL) },
	})
	if at != nil && (at["exec"] == nil) == (at["url"] == nil) {
		r.wrong(n, "notify: want just one of exec, a program with its arguments, and url")
	}
}

// program reads a program with its arguments, of which two may be alike.
func (r *reader) program(n ast.Node, to *[]string) {
	r.list(n, "the element", func(n ast.Node) {
		var s string
		if r.text(&s)(n); s != "" {
			*to = append(*to, s)
		}
	})
	if s, ok := n.(*ast.SequenceNode); ok && len(s.Values) == 0 {
		r.wrong(n, "notify.exec is empty: name a program")
	}
}

// web reads a URL. It is not repeated in an error: it may hold a secret.
func (r *reader) web(n ast.Node, to *string) {
	var s string
	if r.text(&s)(n); s == "" {
		return
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		r.wrong(n, "notify.url is not a URL that begins with https:// or http://")
		return
	}
	*to = s
}
