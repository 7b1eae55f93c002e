package wire

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"
	"github.com/google/go-cmp/cmp"
)

// carrier is the HTTP transport of the tests: it calls a handler in process.
type carrier struct{ to http.Handler }

func (c *carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	c.to.ServeHTTP(w, r)
	return w.Result(), nil
}

// testKeys are the callers' keys in all tests.
type testKeys struct{}

const testKey, testSecret = "AKIATESTTESTTESTTEST", "a secret of the tests"

func (testKeys) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret}, nil
}

// knowsTestKeys is Options.Credentials for them.
func knowsTestKeys(key string) (string, bool) { return testSecret, key == testKey }

func operationOf[In any]() string {
	return strings.TrimSuffix(reflect.TypeFor[In]().Name(), "Input")
}

// allFields are the paths of all that an input has.
func allFields[In any]() Fields {
	var names []string
	for f := range reflect.TypeFor[In]().Fields() {
		if f.IsExported() {
			names = append(names, f.Name)
		}
	}
	return Fields{Reads: strings.Join(names, " ")}
}

func TestEveryOperationCarriesItsInputAndOutputUnchanged(t *testing.T) {
	c := &carrier{}
	for _, trip := range trips(c) {
		t.Run(trip.service.String()+"/"+trip.name, func(t *testing.T) { trip.try(t, c) })
	}
}

func TestCloudWatchIsServedInTheProtocolsOfOtherClientsToo(t *testing.T) {
	service := schemas.GraniteServiceVersion20100801
	for name, protocol := range map[string]smithyhttp.ClientProtocol{"JSON": awsjson.New10(service), "Query": awsquery.New(service)} {
		c := &carrier{}
		for _, trip := range trips(c, func(o *cloudwatch.Options) { o.Protocol = protocol }) {
			if trip.service == CloudWatch {
				t.Run(name+"/"+trip.name, func(t *testing.T) { trip.try(t, c) })
			}
		}
	}
}

func TestEveryOperationOfTheTableIsTried(t *testing.T) {
	tried := map[string]bool{}
	for _, trip := range trips(&carrier{}) {
		tried[trip.service.String()+" "+trip.name] = true
	}
	for _, s := range services() {
		if s == EC2 || s == SSM {
			continue // the table knows more of these by name than it serves
		}
		for name := range tables()[s.name].operations {
			if !tried[s.String()+" "+name] {
				t.Errorf("%s of %s is not tried", name, s)
			}
		}
	}
}

// roundTrip calls an operation with random values and compares what arrives.
// Signatures are checked all the while.
func roundTrip[In, Out, O any](t *testing.T, c *carrier, s Service, method func(context.Context, *In, ...func(*O)) (*Out, error)) {
	for seed := range uint64(2) {
		filler := &filler{rand: rand.New(rand.NewPCG(seed, 7)), enums: tables()[s.name].enums}
		in, out, seen := new(In), new(Out), new(In)
		filler.fill(reflect.ValueOf(in).Elem(), 0)
		filler.fill(reflect.ValueOf(out).Elem(), 0)
		m := NewMux(Options{Credentials: knowsTestKeys, Region: "eu-west-1"})
		Handle(m, s, func(_ context.Context, got *In) (*Out, error) {
			*seen = *got
			return out, nil
		}, allFields[In]())
		c.to = m
		got, err := method(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(in, seen, sdkValues); d != "" {
			t.Errorf("the input arrived changed (-sent +seen):\n%s", d)
		}
		if d := cmp.Diff(out, got, sdkValues); d != "" {
			t.Errorf("the output arrived changed (-sent +seen):\n%s", d)
		}
	}
}

// sdkValues leaves out what does not travel.
var sdkValues = cmp.FilterPath(func(p cmp.Path) bool {
	f, ok := p.Last().(cmp.StructField)
	return ok && (f.Name() == "ResultMetadata" || f.Name()[0] >= 'a')
}, cmp.Ignore())

// filler fills the SDK's types with random values that AWS might take.
type filler struct {
	rand  *rand.Rand
	enums map[string][]string
}

func (f *filler) fill(v reflect.Value, depth int) {
	if depth > 24 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), depth+1)
	case reflect.Struct:
		if v.Type() == timeType {
			// Quarters of a second are exact in the floats of JSON and CBOR.
			v.Set(reflect.ValueOf(time.UnixMilli(f.rand.Int64N(16e9) * 250).UTC()))
			return
		}
		for field, value := range v.Fields() {
			if field.IsExported() && field.Name != "ResultMetadata" && field.Name != "DryRun" {
				f.fill(value, depth+1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+f.rand.IntN(3), 3))
		if depth > 4 {
			v.Set(v.Slice(0, 1))
		}
		for i := range v.Len() {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range 2 {
			value := reflect.New(v.Type().Elem()).Elem()
			f.fill(value, depth+1)
			v.SetMapIndex(reflect.ValueOf(fmt.Sprint("key <", i, ">")).Convert(v.Type().Key()), value)
		}
	case reflect.Interface: // unions are not spoken
	default:
		f.fillScalar(v)
	}
}

func (f *filler) fillScalar(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if values := f.enums[v.Type().Name()]; values != nil {
			v.SetString(values[f.rand.IntN(len(values))])
			return
		}
		texts := []string{"plain", "a <b> & 'c' \"d\"", "ünïcödé 雲", "a+b=c%20&d;e.f", " spaced ", "x\ty\nz"}
		v.SetString(texts[f.rand.IntN(len(texts))] + fmt.Sprint(f.rand.IntN(100)))
	case reflect.Bool:
		v.SetBool(f.rand.IntN(2) == 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.rand.Int32()) - 1<<30)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.rand.Int32())/8 - 1e6)
	case reflect.Uint8:
		v.SetUint(uint64(f.rand.IntN(256)))
	default:
		panic("a kind that the SDK did not have: " + v.Kind().String())
	}
}
