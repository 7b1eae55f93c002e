package wire

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// served is a Mux with an operation of each protocol, none of which may be
// reached without a signature.
func served(t testing.TB, reached func()) *Mux {
	m := NewMux(Options{Credentials: func(key string) (string, bool) { return "secret", key == "AKID" }, Region: "us-east-1"})
	Handle(m, EC2, func(context.Context, *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		reached()
		return nil, nil
	}, Fields{Reads: "Filters"})
	Handle(m, SSM, func(context.Context, *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
		reached()
		return nil, nil
	}, Fields{Reads: "Name"})
	Handle(m, CloudWatch, func(context.Context, *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
		reached()
		return nil, nil
	}, Fields{Reads: "Namespace"})
	return m
}

// Whatever comes in is answered, and nothing is let in that is not signed.
func FuzzARequestThatNobodySigned(f *testing.F) {
	const signed = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
	f.Add("POST", "/", signed, "20260101T000000Z", "", "application/x-www-form-urlencoded", "", "Action=DescribeImages&Version=2016-11-15")
	f.Add("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0&X-Amz-Credential=AKID/20260101/us-east-1/ec2/aws4_request&X-Amz-Expires=9", "", "", "", "", "", "")
	f.Add("POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData", signed, "x", "", "application/cbor", "gzip", "\x1f\x8b")
	f.Add("POST", "/", "AWS4-HMAC-SHA256 ,=,;", "", "AmazonSSM.GetParameter", "application/x-amz-json-1.1", "", "{\"Name\":")
	f.Fuzz(func(t *testing.T, method, target, authorization, date, operation, contentType, encoding, body string) {
		r, err := http.NewRequest(method, "http://127.0.0.1"+target, strings.NewReader(body))
		if err != nil || !strings.HasPrefix(target, "/") {
			return
		}
		for name, value := range map[string]string{
			"Authorization": authorization, "X-Amz-Date": date, "X-Amz-Target": operation,
			"Content-Type": contentType, "Content-Encoding": encoding,
		} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		w := httptest.NewRecorder()
		served(t, func() { t.Error("it was let in") }).ServeHTTP(w, r)
		if w.Code < http.StatusBadRequest || w.Code >= http.StatusInternalServerError {
			t.Errorf("answer %d: %s", w.Code, w.Body)
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("MTA=")
	f.Fuzz(func(t *testing.T, token string) {
		if at, err := ReadToken(&token); err == nil && at < 0 {
			t.Errorf("%q begins at %d", token, at)
		}
	})
}
