package wire

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go/encoding/cbor"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
func newOf[T any]() reflect.Value { return reflect.ValueOf(new(T)).Elem() }

// askJSON calls an operation of SSM, unsigned.
func askJSON(m *Mux, operation, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AmazonSSM."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

func TestAWrongJSONBodyIsRefused(t *testing.T) {
	m := NewMux(Options{})
	fails[ssm.GetParameterInput, ssm.GetParameterOutput](m, SSM, nil)
	for body, want := range map[string]string{
		`{`:                       "SerializationException",
		`{"Name":"a"} {}`:         "SerializationException",
		`{"Name":7}`:              "SerializationException",
		`{"Name":"a","Colour":1}`: "Unexpected parameter Colour",
		`[]`:                      "SerializationException",
		`{}`:                      "ValidationException",
		strings.Repeat("[", 1000): "nested too deeply",
	} {
		if w := askJSON(m, "GetParameter", body); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%.40s: %d %s", body, w.Code, w.Body)
		}
	}
	w := askJSON(m, "Frobnicate", "{}")
	if w.Header().Get("X-Amzn-Errortype") != "UnknownOperationException" || w.Header().Get("Content-Type") != "application/x-amz-json-1.1" {
		t.Errorf("an unknown operation: %v %s", w.Header(), w.Body)
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"Name":"a","Value":"b","Tags":[{"Key":"k"}],"Overwrite":true}`))
	f.Add([]byte(`{"Tags":[null,{}]}`))
	shape := inShapes(SSM).of(typeOf[ssm.PutParameterInput]())
	f.Fuzz(func(_ *testing.T, body []byte) {
		_ = jsonRPC{}.decode(&call{body: body, service: SSM}, newOf[ssm.PutParameterInput](), shape)
	})
}

func FuzzCBOR(f *testing.F) {
	f.Add(cbor.Encode(cbor.Map{"Namespace": cbor.String("n"), "MetricData": cbor.List{cbor.Map{
		"Timestamp": &cbor.Tag{ID: 1, Value: cbor.Uint(1)}, "Value": cbor.Float64(1), "Values": cbor.List{cbor.NegInt(3)},
	}}}))
	f.Add([]byte{0xc1, 0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0})
	f.Add([]byte(strings.Repeat("\x81", 5000)))
	shape := inShapes(CloudWatch).of(typeOf[cloudwatch.PutMetricDataInput]())
	f.Fuzz(func(_ *testing.T, body []byte) {
		_ = cborRPC{}.decode(&call{body: body, service: CloudWatch}, newOf[cloudwatch.PutMetricDataInput](), shape)
	})
}
