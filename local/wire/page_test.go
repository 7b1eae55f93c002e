package wire

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
)

func TestPagesAddUpToTheWhole(t *testing.T) {
	all := []int{1, 2, 3, 4, 5, 6, 7}
	for max, pages := range map[int32]int{1: 7, 2: 4, 3: 3, 7: 1, 100: 2} {
		var got []int
		var token *string
		n := 0
		for {
			page, next, err := Page(all, token, &max, 5)
			if max == 7 {
				page, next, err = Page(all, token, &max, 0)
			}
			if err != nil {
				t.Fatal(err)
			}
			got, token, n = append(got, page...), next, n+1
			if next == nil {
				break
			}
		}
		if d := cmp.Diff(all, got); d != "" || n != pages {
			t.Errorf("by %d: %d pages, want %d\n%s", max, n, pages, d)
		}
	}
}

func TestAForeignTokenIsInvalid(t *testing.T) {
	for _, token := range []string{"nonsense", "cGFnZSBmcm9tIDk5", "cGFnZSBmcm9tIC0x"} {
		if _, _, err := Page([]int{1}, &token, nil, 0); err == nil || err.(*Error).Code != "InvalidNextToken" {
			t.Errorf("%s: %v", token, err)
		}
	}
	if _, _, err := Page([]int{1}, nil, aws.Int32(0), 0); err == nil {
		t.Error("a page of nothing was given")
	}
}
