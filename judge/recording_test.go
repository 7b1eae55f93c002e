package judge_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/judge"
)

const heading = "minute,side,zone,requests,errors,slow\n"

func TestARecordingIsReadInAnyOrder(t *testing.T) {
	got, metrics, err := judge.ReadRecording(strings.NewReader("\ufeffminute,side,zone,requests,errors,slow,hosts,lost\r\n"+
		"3,new,,5,0,1,2,0\r\n0,old,b,9,1,0,4,0\r\n0,new,,1,0,0,2,1\r\n0,old,a,8,0,0.5,4,0\r\n\r\n"), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	at := func(i int) time.Time { return time.Unix(int64(60*i), 0).UTC() }
	want := []gekko.Minute{
		{
			At: at(0), Old: []gekko.Sample{{Zone: "a", Requests: 8, Slow: .5, Hosts: 4}, {Zone: "b", Requests: 9, Errors: 1, Hosts: 4}},
			New: []gekko.Sample{{Requests: 1, Lost: 1, Hosts: 2}},
		},
		{At: at(1)},
		{At: at(2)},
		{At: at(3), New: []gekko.Sample{{Requests: 5, Slow: 1, Hosts: 2}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"5xx", "slow", "lost"}, metrics); d != "" {
		t.Error(d)
	}
}

func TestWhatIsWrongWithARecordingIsToldWithItsLine(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "it is empty; want the heading minute,side,zone,requests,errors,slow"},
		{"a heading alone", heading, "there are no rows"},
		{"no heading", "0,old,,1,0,0\n", `line 1, column 1: unknown column "0"; want minute,side,zone,requests,errors,slow, and maybe refused,lost,hosts,alone`},
		{"a column less", "minute,side,zone,requests,errors\n", "line 1, column 1: column slow is missing; want minute,side,zone,requests,errors,slow"},
		{"a column twice", "minute,side,side\n", "line 1, column 13: column side stands there twice"},
		{"a cell less", heading + "0,old,,1,0\n", "line 2, column 1: wrong number of fields"},
		{"a quote", heading + "0,old,\"a,1,0,0\n", `line 2, column 16: extraneous or missing " in quoted-field`},
		{"a minute before the first", heading + "-1,old,,1,0,0\n", `line 2, column 1: minute "-1" is not a whole number from 0 to 1048575`},
		{"half a minute", heading + "0.5,old,,1,0,0\n", `line 2, column 1: minute "0.5" is not a whole number from 0 to 1048575`},
		{"a minute far off", heading + "99999999999,old,,1,0,0\n", `line 2, column 1: minute "99999999999" is not a whole number from 0 to 1048575`},
		{"another side", heading + "0,canary,,1,0,0\n", `line 2, column 3: side "canary" is neither old nor new`},
		{"twice", heading + "0,old,a,1,0,0\n0,new,a,1,0,0\n0,old,a,1,0,0\n", `line 4, column 1: minute 0, side old, zone "a" was in line 2 already`},
		{"less than none", heading + "0,old,,-1,0,0\n", `line 2, column 8: requests "-1" is not a number from 0`},
		{"not a number", heading + "0,old,,NaN,0,0\n", `line 2, column 8: requests "NaN" is not a number from 0`},
		{"without end", heading + "0,old,,1,0,Inf\n", `line 2, column 12: slow "Inf" is not a number from 0`},
		{"more than can be counted", heading + "0,old,,1e300,0,0\n", "line 2, column 8: requests 1e300 is above 1e+15"},
		{"a gap in a number", heading + "0,old,,1_000,0,0\n", `line 2, column 8: requests "1_000" is not a number from 0`},
		{"an empty cell", heading + "0,old,,1,,0\n", `line 2, column 10: errors "" is not a number from 0`},
		{"more errors than requests", heading + "0,old,,1,2,0\n", "line 2, column 10: errors 2 are more than the requests, 1"},
		{"a zone of two lines", heading + "0,old,\"a\nb\",1,0,0\n", `line 2, column 7: zone "a\nb" has a line break or another control character`},
		{"alone from some time", "minute,side,zone,requests,errors,slow,alone\n0,old,,1,0,0,soon\n", `line 2, column 14: alone "soon" is not a whole number from 0 to 1048575`},
		{"alone from two minutes", "minute,side,zone,requests,errors,slow,alone\n0,old,,1,0,0,\n4,new,,1,0,0,3\n5,new,,1,0,0,4\n", `line 4, column 14: alone is 4, and 3 in a row before`},
		{"more slow ones than requests", heading + "0,old,,1,0,1.5\n", "line 2, column 12: slow 1.5 are more than the requests, 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := judge.ReadRecording(strings.NewReader(c.text), time.Minute)
			if !errors.Is(err, gekko.ErrInvalid) {
				t.Fatalf("error %v", err)
			}
			if d := cmp.Diff("invalid: "+c.want, err.Error()); d != "" {
				t.Error(d)
			}
		})
	}
}

func FuzzReadRecording(f *testing.F) {
	f.Add([]byte(heading + "0,old,a,9,1,0\n0,new,,1,0,1\n2,new,b,1e3,0,0.25\n"))
	f.Add([]byte("minute,side,zone,requests,errors,slow,refused,lost,hosts,alone\n0,old,\"a,b\",9,1,0,1,2,3,\n4,new,,9,0,0,0,0,3,2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		minutes, metrics, err := judge.ReadRecording(bytes.NewReader(data), time.Second)
		if err != nil {
			if !errors.Is(err, gekko.ErrInvalid) {
				t.Errorf("error %v", err)
			}
			return
		}
		if len(minutes) > 1e4 {
			return
		}
		var out strings.Builder
		out.WriteString(judge.Heading())
		alone := len(minutes)
		for i, m := range minutes {
			if m.Alone && i < alone {
				alone = i
			}
			out.WriteString(judge.Rows(i, m, alone))
		}
		again, _, err := judge.ReadRecording(strings.NewReader(out.String()), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(minutes, again); d != "" {
			t.Error(d)
		}
		judge.Replay(gekko.JudgePolicy{}, minutes, metrics...)
	})
}
