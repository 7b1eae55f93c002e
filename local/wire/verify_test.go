package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// signedMux serves one operation of each family to who signs with the test keys.
func signedMux() *Mux {
	m := NewMux(Options{Credentials: knowsTestKeys, Region: "eu-west-1"})
	fails[ec2.DescribeVpcsInput, ec2.DescribeVpcsOutput](m, EC2, nil)
	fails[autoscaling.DescribeAutoScalingGroupsInput, autoscaling.DescribeAutoScalingGroupsOutput](m, AutoScaling, nil)
	fails[cloudwatch.ListMetricsInput, cloudwatch.ListMetricsOutput](m, CloudWatch, nil)
	fails[ssm.GetParameterInput, ssm.GetParameterOutput](m, SSM, nil)
	fails[sts.GetCallerIdentityInput, sts.GetCallerIdentityOutput](m, STS, nil)
	return m
}

// callEach calls an operation of each family and gives the errors' codes.
func callEach(ctx context.Context, c aws.Config) []string {
	_, e1 := ec2.NewFromConfig(c).DescribeVpcs(ctx, nil)
	_, e2 := autoscaling.NewFromConfig(c).DescribeAutoScalingGroups(ctx, nil)
	_, e3 := cloudwatch.NewFromConfig(c).ListMetrics(ctx, nil)
	_, e4 := ssm.NewFromConfig(c).GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/a b/ü")})
	var codes []string
	for _, err := range []error{e1, e2, e3, e4} {
		code := ""
		if e, ok := errors.AsType[smithy.APIError](err); ok {
			code = e.ErrorCode()
		} else if err != nil {
			code = err.Error()
		}
		codes = append(codes, code)
	}
	return codes
}

// keys are some caller's.
type keys struct{ key, secret string }

func (k keys) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: k.key, SecretAccessKey: k.secret}, nil
}

func TestSignaturesAreCheckedAndRefusedWithEachServicesCode(t *testing.T) {
	m := signedMux()
	alter := func(change func(*http.Request)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			change(r)
			m.ServeHTTP(w, r)
		})
	}
	const mismatch = "AuthFailure SignatureDoesNotMatch InvalidSignatureException InvalidSignatureException"
	for name, test := range map[string]struct {
		server http.Handler
		keys   keys
		want   string
	}{
		"the right keys":   {m, keys{testKey, testSecret}, "   "},
		"an unknown key":   {m, keys{"AKIAOTHER", testSecret}, "AuthFailure InvalidClientTokenId UnrecognizedClientException UnrecognizedClientException"},
		"the wrong secret": {m, keys{testKey, "guessed"}, mismatch},
		"no signature": {
			alter(func(r *http.Request) { r.Header.Del("Authorization") }),
			keys{testKey, testSecret},
			"AuthFailure MissingAuthenticationToken MissingAuthenticationTokenException MissingAuthenticationTokenException",
		},
		"half a signature": {
			alter(func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b") }),
			keys{testKey, testSecret},
			"AuthFailure IncompleteSignature IncompleteSignatureException IncompleteSignatureException",
		},
		"another body": {
			alter(func(r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(strings.NewReader(string(body) + " "))
			}), keys{testKey, testSecret}, mismatch,
		},
		"another query": {alter(func(r *http.Request) { r.URL.RawQuery = "a=b" }), keys{testKey, testSecret}, mismatch},
		"another host":  {alter(func(r *http.Request) { r.Host = "127.0.0.2" }), keys{testKey, testSecret}, mismatch},
		"a header of AWS's that was not signed": {
			alter(func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", "mine") }), keys{testKey, testSecret}, mismatch,
		},
	} {
		c := testConfig(test.server)
		c.Credentials = test.keys
		if got := strings.Join(callEach(t.Context(), c), " "); strings.TrimSpace(got) != strings.TrimSpace(test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestACallForAnotherRegionIsRefused(t *testing.T) {
	c := testConfig(signedMux())
	c.Region = "us-east-1"
	if got := strings.Join(callEach(t.Context(), c), " "); got != "AuthFailure SignatureDoesNotMatch InvalidSignatureException InvalidSignatureException" {
		t.Error(got)
	}
	if _, err := sts.NewFromConfig(c).GetCallerIdentity(t.Context(), nil); err != nil {
		t.Errorf("STS has a global endpoint: %v", err)
	}
}

func TestASignatureHoldsForAQuarterOfAnHour(t *testing.T) {
	const expired = "RequestExpired SignatureDoesNotMatch InvalidSignatureException InvalidSignatureException"
	for age, want := range map[time.Duration]string{0: "", 14 * time.Minute: "", 16 * time.Minute: expired} {
		synctest.Test(t, func(t *testing.T) { // its clock starts in the year 2000
			m := signedMux()
			slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(age)
				m.ServeHTTP(w, r)
			})
			if got := strings.TrimSpace(strings.Join(callEach(t.Context(), testConfig(slow)), " ")); got != want {
				t.Errorf("after %s: %q, want %q", age, got, want)
			}
		})
	}
	early := &signature{date: timeOfTests.Add(16 * time.Minute).Format(dateLayout)}
	if got := early.late(timeOfTests); !strings.HasPrefix(got, "Signature not yet current: 20261123T011803Z is still later than 20261123T011703Z") {
		t.Error(got)
	}
}

func TestAPresignedURLIsServedUntilItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := signedMux()
		signed, err := sts.NewPresignClient(sts.NewFromConfig(testConfig(m))).PresignGetCallerIdentity(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		get := func(url string) int {
			w := httptest.NewRecorder()
			m.ServeHTTP(w, httptest.NewRequest(signed.Method, url, nil))
			return w.Code
		}
		if code := get(signed.URL); code != http.StatusOK {
			t.Errorf("answered %d", code)
		}
		if code := get(strings.Replace(signed.URL, "Action=Get", "Action=Let", 1)); code != http.StatusForbidden {
			t.Errorf("a changed one answered %d", code)
		}
		time.Sleep(16 * time.Minute)
		if code := get(signed.URL); code != http.StatusForbidden {
			t.Errorf("an old one answered %d", code)
		}
	})
}

func TestSignedCallsPassThroughARealServer(t *testing.T) {
	server := httptest.NewServer(signedMux())
	defer server.Close()
	c := testConfig(nil)
	c.HTTPClient, c.BaseEndpoint = server.Client(), aws.String(server.URL)
	if got := strings.TrimSpace(strings.Join(callEach(t.Context(), c), " ")); got != "" {
		t.Error(got)
	}
}

func TestOldSignaturesAreRefusedByName(t *testing.T) {
	_, body := ask(signedMux(), "Action=DescribeVpcs&Version=2016-11-15&AWSAccessKeyId=a&SignatureVersion=2&Signature=b")
	if !strings.Contains(body, "sign with version 4") {
		t.Error(body)
	}
}

func TestBrowsersAreKeptOut(t *testing.T) {
	m := NewMux(Options{})
	fails[ec2.DescribeVpcsInput, ec2.DescribeVpcsOutput](m, EC2, nil)
	for name, test := range map[string]struct {
		host, header, value string
		want                int
	}{
		"loopback":               {"127.0.0.1:4566", "", "", http.StatusOK},
		"loopback of IPv6":       {"[::1]:4566", "", "", http.StatusOK},
		"localhost":              {"localhost", "", "", http.StatusOK},
		"a name of the web":      {"evil.example:4566", "", "", http.StatusForbidden},
		"another address":        {"192.0.2.1", "", "", http.StatusForbidden},
		"a page's script":        {"localhost", "Origin", "https://evil.example", http.StatusForbidden},
		"a page's image":         {"localhost", "Sec-Fetch-Site", "cross-site", http.StatusForbidden},
		"what a person types in": {"localhost", "Sec-Fetch-Site", "none", http.StatusOK},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/?Action=DescribeVpcs&Version=2016-11-15", nil)
		r.Host = test.host
		if test.header != "" {
			r.Header.Set(test.header, test.value)
		}
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
		}
	}
}
