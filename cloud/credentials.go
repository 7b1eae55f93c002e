package cloud

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"gekko"
	"gekko/cloud/answer"
)

// withCredentialFile lets AWS_CREDENTIAL_FILE, of the command-line tools of
// 2013, give the credentials where the SDK's environment and files gave none.
// (AWS_ACCESS_KEY and AWS_SECRET_KEY, of the same day, the SDK still reads.)
// Roles and metadata come after it, as they would else be asked first.
func withCredentialFile(c aws.Config, getenv func(string) string) (aws.CredentialsProvider, error) {
	path := getenv("AWS_CREDENTIAL_FILE")
	if path == "" || !onlyAmbient(c.Credentials) {
		return c.Credentials, nil
	}
	id, secret, err := readCredentialFile(path)
	if err != nil {
		return nil, fmt.Errorf("AWS_CREDENTIAL_FILE: %w", err)
	}
	return credentials.NewStaticCredentialsProvider(id, secret, ""), nil
}

// telling is a search for credentials that says what to do when it finds none.
type telling struct{ aws.CredentialsProvider }

// Retrieve gives the credentials, or says why they cannot be had.
func (t telling) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := t.CredentialsProvider.Retrieve(ctx)
	switch {
	case err == nil || ctx.Err() != nil:
		return c, err
	case onlyAmbient(t.CredentialsProvider):
		err = fmt.Errorf("%w: no AWS credentials are set, and this machine has no role", gekko.ErrDenied)
		return c, answer.Unsigned(gekko.Hint(err, "aws configure, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or gekko local for a cloud on this machine"))
	}
	err = fmt.Errorf("%w: no AWS credentials: %w", gekko.ErrDenied, err)
	return c, answer.Unsigned(gekko.Hint(err, "sign in again, as by aws sso login, or --profile"))
}

// onlyAmbient says whether the credentials would be those of the machine or
// container that this runs on, as nothing else was set up.
func onlyAmbient(p aws.CredentialsProvider) bool {
	source, ok := p.(aws.CredentialProviderSource)
	if !ok {
		return false
	}
	ambient := []aws.CredentialSource{aws.CredentialSourceIMDS, aws.CredentialSourceHTTP}
	return !slices.ContainsFunc(source.ProviderSources(), func(s aws.CredentialSource) bool {
		return !slices.Contains(ambient, s)
	})
}

// readCredentialFile reads the lines AWSAccessKeyId=… and AWSSecretKey=….
func readCredentialFile(path string) (id, secret string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", "", err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		switch strings.TrimSpace(key) {
		case "AWSAccessKeyId":
			id = strings.TrimSpace(value)
		case "AWSSecretKey":
			secret = strings.TrimSpace(value)
		}
	}
	if err := lines.Err(); err != nil {
		return "", "", err
	}
	if id == "" || secret == "" {
		return "", "", fmt.Errorf("%w: %s: want the lines AWSAccessKeyId=… and AWSSecretKey=…", gekko.ErrInvalid, path)
	}
	return id, secret, nil
}
