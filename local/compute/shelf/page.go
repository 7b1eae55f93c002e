package shelf

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// largestPage is how many things one answer has at most.
const largestPage = 1000

// Asked is what a Describe operation asks for.
type Asked struct {
	IDs        []string // none: all
	Filters    []types.Filter
	NextToken  *string
	MaxResults *int32
	Least      int32 // MaxResults that the operation takes
}

// Page gives one page of what is asked for and passes keep, and the token of the
// next. Only what lies up to the page's end is looked at, and what comes or goes
// meanwhile moves nothing: a token says after which thing to go on.
func (s *Shelf[T]) Page(a Asked, keep func(T) bool) (page []T, next *string, err error) {
	if err := s.check(a.IDs, a.Filters); err != nil {
		return nil, nil, err
	}
	if err := checkMost(a.IDs, a.Least, a.MaxResults); err != nil {
		return nil, nil, err
	}
	after, err := wire.ReadToken(a.NextToken)
	if err != nil {
		return nil, nil, err
	}
	most := largestPage
	if a.MaxResults != nil {
		most = min(most, int(*a.MaxResults))
	}
	entries := s.of(a.IDs)
	if len(a.IDs) == 0 {
		entries = entries[s.from(after+1):]
	}
	last := 0
	for _, e := range entries {
		if !s.passes(e, a.Filters) || !keep(e.thing) {
			continue
		}
		if len(page) == most {
			return page, wire.NewToken(last), nil
		}
		page, last = append(page, e.thing), e.number
	}
	return page, nil, nil
}

// All keeps everything.
func All[T any](T) bool { return true }

// checkMost refuses a size of pages that EC2 does not take: it excludes ids, and
// pages have a least size.
func checkMost(ids []string, least int32, most *int32) error {
	switch {
	case most != nil && len(ids) > 0:
		return wire.Errorf("InvalidParameterCombination", "The parameter MaxResults cannot be used with a list of ids in the same request")
	case most != nil && *most < least:
		return wire.Errorf("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value greater than or equal to %d.", *most, least)
	}
	return nil
}

// Page cuts one page out of what a Describe operation found.
func Page[T any](found []T, ids []string, least int32, token *string, most *int32) (page []T, next *string, err error) {
	if err := checkMost(ids, least, most); err != nil {
		return nil, nil, err
	}
	return wire.Page(found, token, most, largestPage)
}
