package cloud

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Tags and parameters may hold what anybody has written there.
func FuzzWhatIsKeptIsReadWithoutHarm(f *testing.F) {
	f.Add("holder=h@i lasts=1m0s freed=yes why=because why=not")
	f.Add("ending=promoted old=hello-20260101-000000 begun=20260101-000000 grounds=x grounds=y")
	f.Add("arn:aws:elasticloadbalancing:us-east-1:1:listener/app/a/b/c")
	f.Fuzz(func(_ *testing.T, value string) {
		decodeLease(value)
		decodeOutcome(value)
		_ = decodeMoment(value)
		decodeSince(time.Unix(0, 0), value)
		decodeSize(value)
		decodeBalancer(value)
		decodeService(value)
		decodePlan(value)
		_ = decodeTime(value)
	})
}

func FuzzReadCredentialFile(f *testing.F) {
	f.Add("AWSAccessKeyId=a\nAWSSecretKey = b=\n")
	path := filepath.Join(f.TempDir(), "credentials")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if id, secret, err := readCredentialFile(path); err == nil && (id == "" || secret == "") {
			t.Errorf("%q gives %q and %q", text, id, secret)
		}
	})
}
