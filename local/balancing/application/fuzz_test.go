package application

import "testing"

func FuzzCodes(f *testing.F) {
	f.Add("200,202-299", 250)
	f.Fuzz(func(t *testing.T, codes string, code int) {
		if good, err := parseCodes(codes); err == nil && good(code) && (code < 200 || code > 499) {
			t.Errorf("%q takes %d", codes, code)
		}
	})
}
