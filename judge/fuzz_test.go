package judge_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"gekko"
	"gekko/judge"
)

// drawn makes minutes of what a fuzzer draws: eight bytes a minute.
func drawn(data []byte) []gekko.Minute {
	var all []gekko.Minute
	for i := 0; i+8 <= len(data) && i < 8*400; i += 8 {
		b := data[i : i+8]
		m := gekko.Minute{At: time.Unix(int64(i/8)*60, 0)}
		of := func(requests, events byte) gekko.Sample {
			n := float64(requests) * math.Pow(10, float64(b[7]&3))
			k := math.Min(n, float64(events)*math.Pow(4, float64(b[7]>>2&3)))
			return gekko.Sample{Requests: n, Errors: k, Slow: n - k, Hosts: float64(b[6] & 15)}
		}
		if b[7]&16 == 0 {
			m.Old = append(m.Old, of(b[0], b[1]))
		}
		if b[7]&32 == 0 {
			other := of(b[2], b[3])
			other.Zone = "b"
			m.Old = append(m.Old, other)
		}
		if b[7]&64 == 0 {
			m.New = append(m.New, of(b[4], b[5]))
		}
		if b[6]&64 == 0 {
			other := of(b[4], b[1])
			other.Zone = "b"
			m.New = append(m.New, other)
			m.New[0].Zone = []string{"a", ""}[b[6]>>7]
		}
		all = append(all, m)
	}
	return all
}

// FuzzEvidence: no counts make the judge panic or give a number that is none;
// and one 5xx more on the new side, in any period, never lowers the evidence of
// harm in 5xx in any period up to the one at which either is stopped, and never
// lets harm be found later. (That a version is fine has no such law: one error
// more can make the blocks more alike.)
func FuzzEvidence(f *testing.F) {
	f.Add([]byte("d\x01d\x01d\x01\x04\x00d\x01d\x01d\x09\x04\x00d\x01d\x01d\x09\x04\x00"), byte(1))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\x0f\x01\x00\x01\x00\xff\xff\xff\x0f"), byte(0))
	f.Fuzz(func(t *testing.T, data []byte, which byte) {
		all := drawn(data)
		if len(all) == 0 {
			return
		}
		at := int(which) % len(all)
		as, worse := judge.New(gekko.JudgePolicy{}), judge.New(gekko.JudgePolicy{})
		for i, m := range all {
			as.Add(m)
			if i == at && len(m.New) > 0 && m.New[0].Errors+1 <= m.New[0].Requests {
				m.New = slices.Clone(m.New)
				m.New[0].Errors++
			}
			worse.Add(m)
			a, b := as.Judge(false), worse.Judge(false)
			for _, x := range append(a.Metrics, b.Metrics...) {
				for _, number := range []float64{x.Evidence, x.Threshold} {
					if math.IsNaN(number) || math.IsInf(number, 0) || number < 0 {
						t.Fatalf("period %d: %+v", i, x)
					}
				}
				if x.Low > x.High || x.Ratio < 0 || math.IsInf(x.Ratio, 0) {
					t.Fatalf("period %d: %+v", i, x)
				}
			}
			if b.Metrics[0].Evidence < a.Metrics[0].Evidence*(1-1e-6) {
				t.Fatalf("period %d: evidence %v, and %v with an error more in period %d", i, a.Metrics[0].Evidence, b.Metrics[0].Evidence, at)
			}
			if a.Verdict == judge.Harm || b.Verdict == judge.Harm {
				if a.Metrics[0].Verdict == judge.Harm && b.Verdict != judge.Harm {
					t.Fatalf("period %d: an error more in period %d hides harm", i, at)
				}
				break
			}
		}
		as.Judge(true)
	})
}

// BenchmarkDay judges a day of 1,440 minutes in three zones.
func BenchmarkDay(b *testing.B) {
	var all []gekko.Minute
	day{noise: exchangeable[2], ratio: 1}.each(1, func(m gekko.Minute) bool {
		three := func(s gekko.Sample) []gekko.Sample {
			var parts []gekko.Sample
			for _, zone := range []string{"a", "b", "c"} {
				part := s
				part.Zone = zone
				parts = append(parts, part)
			}
			return parts
		}
		all = append(all, gekko.Minute{At: m.At, Old: three(m.Old[0]), New: three(m.New[0])})
		return false
	})
	for b.Loop() {
		e := judge.New(gekko.JudgePolicy{})
		for _, m := range all {
			e.Add(m)
			e.Judge(false)
		}
		if j := e.Judge(true); j.Measured != dayMinutes {
			b.Fatalf("%+v", j)
		}
	}
}
