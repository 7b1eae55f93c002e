package traffic

import "net/http"

// Choose chooses for a request and gives it up at once.
func Choose(f *Forward, r *http.Request) {
	if _, t := f.choose(r); t != nil {
		t.end()
	}
}
