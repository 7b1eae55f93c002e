package phase

import "testing"

// What a tag says of a policy is read, or refused, and means the same when it is
// written again.
func FuzzReadPolicies(f *testing.F) {
	f.Add("soak=24h warm=-1ns canary=2 alpha=0.001 end=hold")
	f.Add("share=5 blocks=8 budget=NaN tol=+Inf")
	f.Fuzz(func(t *testing.T, words string) {
		p, err := ReadPolicies(words)
		if err != nil {
			return
		}
		said := p.Words()
		again, err := ReadPolicies(said)
		if err != nil {
			t.Fatalf("%q becomes %q: %v", words, said, err)
		}
		if more := again.Words(); more != said {
			t.Errorf("%q becomes %q, then %q", words, said, more)
		}
	})
}
