package cloud_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"gekko"
	"gekko/cloud"
)

type answering func(*http.Request) (*http.Response, error)

func (f answering) Do(r *http.Request) (*http.Response, error) { return f(r) }

// opened is a cloud that answers so.
func opened(t *testing.T, answer answering) *cloud.Cloud {
	t.Helper()
	c, err := cloud.Open(t.Context(), cloud.Options{
		Region: "us-east-1", Endpoint: "http://127.0.0.1", HTTPClient: answer,
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// asked is the error of a call that is answered so each time.
func asked(t *testing.T, answer answering) error {
	t.Helper()
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, os.DevNull)
	}
	var got error
	synctest.Test(t, func(t *testing.T) {
		_, got = opened(t, answer).Builder(t.Context(), "i-1")
	})
	return got
}

func TestACloudThatIsAwayIsUnavailable(t *testing.T) {
	err := asked(t, func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("network is unreachable")}
	})
	if !errors.Is(err, gekko.ErrUnavailable) || !strings.Contains(err.Error(), "network is unreachable") {
		t.Errorf("no network: %v", err)
	}
}

func TestAnAnswerIsOfAKind(t *testing.T) {
	for _, row := range []struct {
		status int
		body   string
		want   error
	}{
		{503, "<html>busy</html>", gekko.ErrUnavailable},
		{503, ec2Error("RequestLimitExceeded"), gekko.ErrThrottled},
		{400, ec2Error("ThrottledException"), gekko.ErrThrottled},
		{400, ec2Error("ResourceContention"), gekko.ErrThrottled},
		{400, ec2Error("IdempotentParameterMismatch"), gekko.ErrConflict},
		{400, ec2Error("InvalidParameterValue"), gekko.ErrInvalid},
	} {
		err := asked(t, func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: row.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(row.body))}, nil
		})
		if !errors.Is(err, row.want) {
			t.Errorf("%d %s: %v, want %v", row.status, row.body, err, row.want)
		}
	}
}

func ec2Error(code string) string {
	return "<Response><Errors><Error><Code>" + code + "</Code><Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>"
}
