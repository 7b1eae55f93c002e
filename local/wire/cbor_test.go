package wire

import (
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/google/go-cmp/cmp"
)

// readCBOR makes a tree out of one item and nothing after it.
func readCBOR(body []byte) (any, error) {
	r := cborReader{rest: body}
	tree, err := r.item(0)
	if err == nil && len(r.rest) > 0 {
		err = errShort
	}
	return tree, err
}

func TestCBORNestedTooDeeplyIsRefused(t *testing.T) {
	for name, nest := range map[string]string{"lists": "\x81", "maps": "\xa1\x60", "tags": "\xc1", "endless lists": "\x9f"} {
		if _, err := readCBOR([]byte(strings.Repeat(nest, 100_000))); !errors.Is(err, errDeep) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The examples of RFC 8949's appendix A that AWS's protocol has a use for.
func TestCBORIsReadAsItsExamplesSay(t *testing.T) {
	for text, want := range map[string]any{
		"00": int64(0), "17": int64(23), "1818": int64(24), "1903e8": int64(1000), "1a000f4240": int64(1000000),
		"1b000000e8d4a51000": int64(1000000000000), "1bffffffffffffffff": float64(math.MaxUint64), "20": int64(-1),
		"3903e7": int64(-1000), "3bffffffffffffffff": -float64(math.MaxUint64), "f90000": 0.0, "f93c00": 1.0,
		"fb3ff199999999999a": 1.1, "f93e00": 1.5, "f97bff": 65504.0, "fa47c35000": 100000.0, "f90001": 5.960464477539063e-8,
		"f9c400": -4.0, "f97c00": math.Inf(1), "f9fc00": math.Inf(-1), "f4": false, "f5": true, "f6": nil, "f7": nil,
		"c11a514b67b0": epoch(time.Unix(1363896240, 0).UTC()), "c1fb41d452d9ec200000": epoch(time.Unix(1363896240, 5e8).UTC()),
		"4401020304": []byte{1, 2, 3, 4}, "60": "", "6449455446": "IETF", "80": []any{}, "83010203": []any{int64(1), int64(2), int64(3)},
		"a26161016162820203":                     map[string]any{"a": int64(1), "b": []any{int64(2), int64(3)}},
		"5f42010243030405ff":                     []byte{1, 2, 3, 4, 5},
		"7f657374726561646d696e67ff":             "streaming",
		"9f018202039f0405ffff":                   []any{int64(1), []any{int64(2), int64(3)}, []any{int64(4), int64(5)}},
		"bf61610161629f0203ffff":                 map[string]any{"a": int64(1), "b": []any{int64(2), int64(3)}},
		"bf6346756ef563416d7421ff":               map[string]any{"Fun": true, "Amt": int64(-2)},
		"fb7ff8000000000000":                     math.NaN(),
		"9f" + strings.Repeat("00", 3) + "ff":    []any{int64(0), int64(0), int64(0)},
		"1b7fffffffffffffff":                     int64(math.MaxInt64),
		"3b7ffffffffffffffe":                     int64(-math.MaxInt64),
		"a1" + "6161" + "c100":                   map[string]any{"a": epoch(time.Unix(0, 0).UTC())},
		"7f" + "60" + "ff":                       "",
		"bf" + "ff":                              map[string]any{},
		"82" + "f6" + "f7":                       []any{nil, nil},
		"a1" + "6161" + "f6":                     map[string]any{"a": nil},
		"a2" + "6161" + "01" + "6161" + "02":     map[string]any{"a": int64(2)},
		"78" + "18" + strings.Repeat("61", 0x18): strings.Repeat("a", 24),
	} {
		body, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readCBOR(body)
		same := cmp.Equal(want, got, cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }),
			cmp.Comparer(func(a, b epoch) bool { return time.Time(a).Equal(time.Time(b)) }))
		if err != nil || !same {
			t.Errorf("%s is read as %v (%v), want %v", text, got, err, want)
		}
	}
}

// TestCBORIsReadAsItsTreeIs holds reading into a struct against decoding the
// tree, which forms and JSON take.
func TestCBORIsReadAsItsTreeIs(t *testing.T) {
	shape := inShapes(CloudWatch).of(typeOf[cloudwatch.PutMetricDataInput]())
	datum := cbor.Map{"MetricName": cbor.String("m"), "Timestamp": &cbor.Tag{ID: 1, Value: cbor.Float64(1.5)}, "Values": cbor.List{cbor.Uint(1), cbor.Float32(0.5)}}
	for _, in := range []cbor.Value{
		cbor.Map{},
		cbor.Map{"Namespace": cbor.String(""), "MetricData": cbor.List{}},
		cbor.Map{"Namespace": cbor.String("n"), "MetricData": cbor.List{datum, &cbor.Nil{}, datum}},
		cbor.Map{"Namespace": &cbor.Undefined{}, "StrictEntityValidation": cbor.Bool(true)},
		cbor.Map{"Namespace": cbor.Uint(1)},
		cbor.Map{"Colour": cbor.Uint(1)},
		cbor.Map{"MetricData": cbor.String("m")},
		cbor.Map{"MetricData": cbor.List{cbor.String("m")}},
		cbor.Map{"MetricData": cbor.List{datum, cbor.Map{"Values": cbor.List{cbor.Map{}}}}},
		cbor.List{},
	} {
		body := cbor.Encode(in)
		tree, err := readCBOR(body)
		if err != nil {
			t.Fatal(err)
		}
		want, got := newOf[cloudwatch.PutMetricDataInput](), newOf[cloudwatch.PutMetricDataInput]()
		_, wanted := decode(want, nil, shape, tree)
		failed := decodeCBOR(body, got, shape)
		if (wanted == nil) != (failed == nil) || wanted != nil && wanted.Error() != failed.Error() {
			t.Errorf("%x: %v, want %v", body, failed, wanted)
		}
		if failed == nil && !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Errorf("%x is read as %+v, want %+v", body, got, want)
		}
	}
}

func TestBrokenCBORIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "18", "1901", "1c", "1f", "3f", "61", "5bffffffffffffffff", "9bffffffffffffffff", "bbffffffffffffffff", "9f", "9f00", "bf", "bf6161",
		"a10000", "a1f600", "ff", "c000", "c16130", "df00", "7f4101ff", "5f5f4101ffff", "f800", "f818", "e0", "0000",
		"c1fb7ff8000000000000", "c11bffffffffffffffff", strings.Repeat("81", 200) + "00", strings.Repeat("c1", 200) + "00",
	} {
		body, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readCBOR(body); err == nil {
			t.Errorf("%.40s is read as %v", text, got)
		}
	}
}

func TestCBORIsReadAsTheSDKWritesIt(t *testing.T) {
	got, err := readCBOR(cbor.Encode(cbor.Map{
		"List": cbor.List{cbor.Uint(300), cbor.NegInt(300), cbor.Float64(0.5), cbor.Float32(0.5), cbor.Bool(true), &cbor.Nil{}},
		"Text": cbor.String(strings.Repeat("é", 200)), "Bytes": cbor.Slice("x"), "At": &cbor.Tag{ID: 1, Value: cbor.Float64(1.5)},
	}))
	want := map[string]any{
		"List": []any{int64(300), int64(-300), 0.5, 0.5, true, nil}, "Text": strings.Repeat("é", 200), "Bytes": []byte("x"),
		"At": epoch(time.UnixMilli(1500).UTC()),
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b epoch) bool { return time.Time(a).Equal(time.Time(b)) })); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}
