package shelf_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

func TestAFiltersPatternFitsAValue(t *testing.T) {
	for _, test := range []struct {
		pattern, value string
		want           bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"debian-*-amd64-*", "debian-12-amd64-2026", true},
		{"debian-*-amd64-*", "debian-12-arm64-2026", false},
		{"*a*b*c", "xxaxxbxxbc", true},
		{"t3.?icro", "t3.micro", true},
		{"t3.?icro", "t3.icro", false},
		{`\*amazon\?\\`, `*amazon?\`, true},
		{`\*`, "x", false},
		{"ü?", "üß", true},
		{"A", "a", false},
	} {
		if got := shelf.Match(test.pattern, test.value); got != test.want {
			t.Errorf("%q fits %q: %t, want %t", test.pattern, test.value, got, test.want)
		}
	}
}

func TestAPageHasALeastSizeAndExcludesIds(t *testing.T) {
	all := []string{"a", "b", "c", "d", "e", "f"}
	page, next, err := shelf.Page(all, nil, 5, nil, aws.Int32(5))
	if err != nil || len(page) != 5 {
		t.Errorf("first page %v, %v", page, err)
	}
	page, next, err = shelf.Page(all, nil, 5, next, aws.Int32(5))
	if err != nil || len(page) != 1 || next != nil {
		t.Errorf("second page %v, %v, %v", page, next, err)
	}
	for code, ids := range map[string][]string{"InvalidParameterValue": nil, "InvalidParameterCombination": {"a"}} {
		_, _, err := shelf.Page(all, ids, 5, nil, aws.Int32(4))
		if refused, ok := errors.AsType[*wire.Error](err); !ok || refused.Code != code {
			t.Errorf("four of %v: %v, want %s", ids, err, code)
		}
	}
}

func TestTagsThatWereGivenOutStayAsTheyWere(t *testing.T) {
	tags := shelf.NewTags()
	tag := func(key, value string) []types.Tag { return []types.Tag{{Key: &key, Value: &value}} }
	text := func() map[string]string {
		got := map[string]string{}
		for _, tag := range tags.Of("i-1") {
			got[*tag.Key] = *tag.Value
		}
		return got
	}
	if err := errors.Join(tags.Put("i-1", tag("a", "1")), tags.Put("i-1", tag("aws:b", "2"))); err != nil {
		t.Fatal(err)
	}
	before := tags.Of("i-1")
	if err := tags.Put("i-1", tag("a", "3")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a": "3", "aws:b": "2"}, text()); diff != "" {
		t.Error(diff)
	}
	tags.Delete("i-1", nil)
	if diff := cmp.Diff(map[string]string{"aws:b": "2"}, text()); diff != "" {
		t.Errorf("all but AWS's own should go: %s", diff)
	}
	if *before[0].Value != "1" {
		t.Error("a list that was given out changed")
	}
}

func TestAPageGoesOnAfterWhatItsTokenSays(t *testing.T) {
	tags := shelf.NewTags()
	s := shelf.New[int](shelf.Kind{Prefix: "x"}, tags, shelf.Facts[int]{})
	for i := range 10 {
		s.Put(fmt.Sprintf("x-%d", i), i)
	}
	odd := func(n int) bool { return n%2 == 1 }
	first, next, err := s.Page(shelf.Asked{MaxResults: aws.Int32(2), Least: 1}, odd)
	if err != nil || !slices.Equal(first, []int{1, 3}) || next == nil {
		t.Fatal(first, next, err)
	}
	s.Remove("x-1")
	s.Remove("x-3")
	s.Put("x-11", 11)
	rest, next, err := s.Page(shelf.Asked{MaxResults: aws.Int32(4), NextToken: next, Least: 1}, odd)
	if err != nil || !slices.Equal(rest, []int{5, 7, 9, 11}) || next != nil {
		t.Error(rest, next, err)
	}
	if _, _, err := s.Page(shelf.Asked{NextToken: aws.String("x")}, odd); err == nil {
		t.Error("a token that was never given is taken")
	}
}
