package cloud

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"gekko"
)

// ambient is a provider that the SDK ends up with when nothing was set up.
type ambient struct{ aws.AnonymousCredentials }

func (ambient) ProviderSources() []aws.CredentialSource {
	return []aws.CredentialSource{aws.CredentialSourceIMDS}
}

func credentialFile(t *testing.T, text string) func(string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(name string) string {
		if name == "AWS_CREDENTIAL_FILE" {
			return path
		}
		return ""
	}
}

func TestTheCredentialFileComesBeforeMetadata(t *testing.T) {
	getenv := credentialFile(t, "# of 2013\nAWSAccessKeyId=AKIAOLD\nAWSSecretKey = s3cret=\n")
	p, err := withCredentialFile(aws.Config{Credentials: ambient{}}, getenv)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Retrieve(t.Context())
	if err != nil || got.AccessKeyID != "AKIAOLD" || got.SecretAccessKey != "s3cret=" {
		t.Errorf("got %q %q, %v", got.AccessKeyID, got.SecretAccessKey, err)
	}
}

func TestTheCredentialFileComesAfterTheEnvironmentAndFiles(t *testing.T) {
	getenv := credentialFile(t, "AWSAccessKeyId=AKIAOLD\nAWSSecretKey=s3cret\n")
	own := credentials.StaticCredentialsProvider{
		Value:  aws.Credentials{AccessKeyID: "AKIANEW", SecretAccessKey: "x"},
		Source: []aws.CredentialSource{aws.CredentialSourceEnvVars},
	}
	p, err := withCredentialFile(aws.Config{Credentials: own}, getenv)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := p.Retrieve(t.Context()); got.AccessKeyID != "AKIANEW" {
		t.Errorf("got %q", got.AccessKeyID)
	}
}

func TestACredentialFileWithoutASecretIsRefusedByName(t *testing.T) {
	_, err := withCredentialFile(aws.Config{Credentials: ambient{}}, credentialFile(t, "AWSAccessKeyId=AKIAOLD\n"))
	if !errors.Is(err, gekko.ErrInvalid) {
		t.Errorf("got %v", err)
	}
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
