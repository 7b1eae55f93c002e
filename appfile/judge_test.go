package appfile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/appfile"
)

const judgePart = `period: 1s
settling: 3
alpha: 0.01
slow-path: 1.5
tolerance: 2
confidence: 0.9
blocks: 24
budget: 1e-4
warm-up: 0s
at-soak-end: hold
least: 50
`

func TestAJudgePartIsReadAloneOrUnderItsKey(t *testing.T) {
	want := gekko.JudgePolicy{
		Period: time.Second, Settling: 3, Alpha: 0.01, SlowPath: 1.5, Tolerance: 2, Confidence: 0.9, Blocks: 24,
		Budget: 1e-4, WarmUp: -time.Second, AtSoakEnd: gekko.HoldForPerson, Least: 50,
	}
	under := "judge:\n  " + strings.ReplaceAll(strings.TrimSpace(judgePart), "\n", "\n  ") + "\n"
	for _, text := range []string{judgePart, under, "app: a\n" + under} {
		got, err := appfile.ParseJudge("p", []byte(text))
		if err != nil {
			t.Errorf("%v\n%s", err, text)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	app, err := appfile.Parse("g", []byte("app: a\n"+under))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, app.Judge); d != "" {
		t.Error(d)
	}
}

func TestTheTemplateShowsTheJudgesDefaults(t *testing.T) {
	_, part, ok := strings.Cut(string(appfile.Template("hello", "")), "\n#judge:\n")
	if !ok {
		t.Fatal("the template has no judge part")
	}
	part, _, _ = strings.Cut(part, "\n\n")
	text := strings.ReplaceAll("\n"+part, "\n#", "\n")
	got, err := appfile.ParseJudge("template", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if d := cmp.Diff((gekko.JudgePolicy{}).Complete(), got); d != "" {
		t.Error(d)
	}
}

func TestWhatIsWrongWithAJudgePartIsToldWithItsPlace(t *testing.T) {
	for _, b := range []struct{ name, text, want string }{
		{"nothing", "# judge\n", `p:1:1: the file is empty; it is to hold gekko.yaml's judge part`},
		{"a list", "- 1\n", `p:1:1: judge is a list; want keys with values`},
		{"no value", "judge:\n", `p:1:8: judge has no value: give it one, or leave the key out`},
		{"misspelt", "alhpa: 0.1\n", `p:1:1: unknown key "alhpa" in judge; did you mean "alpha"?`},
		{"no such period", "period: 7s\n", `p:1:9: 7s is not a period: want 1s, 5s, 10s, 30s, or whole minutes`},
		{"a period of nothing", "period: 0s\n", `p:1:9: 0s is not a period: want 1s, 5s, 10s, 30s, or whole minutes`},
		{"a certain alarm", "alpha: 1\n", `p:1:8: 1 is not a number above 0 and below 1`},
		{"no tolerance", "tolerance: 1.0\n", `p:1:12: 1.0 is not a number above 1 and below 100`},
		{"a guess", "confidence: 0.5\n", `p:1:13: 0.5 is not a number above 0.5 and below 1`},
		{"no blocks", "blocks: 3\n", `p:1:9: 3 is not a whole number from 4 to 48`},
		{"no number", "budget: .nan\n", `p:1:9: want a number, not what stands here`},
		{"better than the old", "slow-path: 0.9\n", `p:1:12: 0.9 is not a number from 1 to 100`},
		{"what then", "at-soak-end: stop\n", `p:1:14: "stop" is not promote, extend or hold`},
		{"two at once", "judge:\n  settling: 0\n  least: 0\n", "p:2:13: 0 is not a whole number from 1 to 60\np:3:10: 0 is not a whole number from 1 to 1000000000"},
	} {
		t.Run(b.name, func(t *testing.T) {
			_, err := appfile.ParseJudge("p", []byte(b.text))
			if err == nil {
				t.Fatal("taken as good")
			}
			if d := cmp.Diff(b.want, err.Error()); d != "" {
				t.Error(d)
			}
		})
	}
}

func FuzzParseJudge(f *testing.F) {
	f.Add([]byte("period: 60s\ntolerance: 1.5\nat-soak-end: hold\n"))
	f.Add([]byte("alpha: .nan\nblocks: 1e9\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = appfile.ParseJudge("judge.yaml", data)
	})
}
