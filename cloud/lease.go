package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go/middleware"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// A lease's term is an SSM parameter of its number, which can be created only
// once. That alone decides who holds it: reads may lag behind. For the same
// reason a holder goes on by creating the next number, never by writing over
// its own, and the newest numbers are not removed while it holds.

const (
	// keptTerms is how many terms before the newest stay at least, so that nobody
	// who reads late can create one of their numbers anew.
	keptTerms = 2
	// termsAtOnce is how many are removed together. Those that are there then
	// still come by one call, which gives ten.
	termsAtOnce = 5
	// namesAtOnce is how many parameters a call may name.
	namesAtOnce = 10
)

func leaseFolder(app gekko.AppName) string { return "/gekko/" + string(app) + "/lease" }

func leaseName(app gekko.AppName, term int) string {
	return leaseFolder(app) + "/" + strconv.Itoa(term)
}

// Lease is the newest term of an app's lease; its number is 0 if there was
// none yet.
func (c *Cloud) Lease(ctx context.Context, app gekko.AppName) (gekko.Lease, error) {
	newest := gekko.Lease{App: app}
	err := c.terms(ctx, app, func(l gekko.Lease) {
		if l.Term > newest.Term {
			newest = l
		}
	})
	return newest, err
}

// terms tells all terms that are kept.
func (c *Cloud) terms(ctx context.Context, app gekko.AppName, tell func(gekko.Lease)) error {
	pages := ssm.NewGetParametersByPathPaginator(c.ssm, &ssm.GetParametersByPathInput{Path: aws.String(leaseFolder(app))})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return answer.Named("lease of "+string(app), err)
		}
		for _, p := range page.Parameters {
			if l, ok := leaseOf(app, p, ahead(page.ResultMetadata)); ok {
				tell(l)
			}
		}
	}
	return nil
}

// ahead is how far this machine's clock may be ahead of the cloud's, by an
// answer that came just now. What a second of the answer's date leaves open
// makes it more, so that a term seems to last rather too long. A cloud that
// does not tell has this machine's clock.
func ahead(answer middleware.Metadata) time.Duration {
	if there, ok := awsmiddleware.GetServerTime(answer); ok {
		return time.Since(there)
	}
	return 0
}

// leaseOf reads a term; its times are told by this machine's clock.
func leaseOf(app gekko.AppName, p types.Parameter, ahead time.Duration) (gekko.Lease, bool) {
	term, err := strconv.Atoi(strings.TrimPrefix(aws.ToString(p.Name), leaseFolder(app)+"/"))
	if err != nil {
		return gekko.Lease{}, false
	}
	l, lasts := tag.DecodeLease(aws.ToString(p.Value))
	l.App, l.Term = app, term
	l.Beat = aws.ToTime(p.LastModifiedDate).Add(ahead).UTC()
	l.Expires = l.Beat.Add(lasts)
	return l, true
}

// TakeLease creates the term of l's number. It is ErrConflict if somebody else
// has that.
func (c *Cloud) TakeLease(ctx context.Context, l gekko.Lease, term time.Duration) (gekko.Lease, error) {
	begun := time.Now().UTC()
	l.Freed = false
	_, err := c.ssm.PutParameter(ctx, &ssm.PutParameterInput{
		Name: aws.String(leaseName(l.App, l.Term)), Type: types.ParameterTypeString,
		Value: aws.String(tag.EncodeLease(l, term, c.mark)), Overwrite: aws.Bool(false),
	})
	if err == nil {
		// The term counts from when it was created, which is not before the call.
		l.Beat, l.Expires = begun, begun.Add(term)
		return l, nil
	}
	if errors.Is(answer.Kind(err), gekko.ErrConflict) {
		if mine, ok := c.mine(ctx, l); ok && !mine.Over(time.Now()) {
			return mine, nil // an answer was lost, and the call made again
		}
	}
	return gekko.Lease{}, answer.Named(fmt.Sprintf("term %d of the lease of %s", l.Term, l.App), err)
}

// mine is a term as its holder reads it, if this is the one who created it: it
// ends rather too early.
func (c *Cloud) mine(ctx context.Context, l gekko.Lease) (gekko.Lease, bool) {
	sent := time.Now()
	out, err := c.ssm.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(leaseName(l.App, l.Term))})
	if err != nil || tag.LeaseMark(aws.ToString(out.Parameter.Value)) != c.mark {
		return gekko.Lease{}, false
	}
	var ahead time.Duration
	if there, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok {
		ahead = sent.Sub(there) - time.Second
	}
	return leaseOf(l.App, *out.Parameter, ahead)
}

// KeepLease goes on holding a lease: by the next term. It is ErrConflict once
// somebody else has that, or if the present one may have ended.
func (c *Cloud) KeepLease(ctx context.Context, l gekko.Lease, term time.Duration) (gekko.Lease, error) {
	if l.Over(time.Now()) {
		return gekko.Lease{}, fmt.Errorf("term %d of the lease of %s: %w: it has ended", l.Term, l.App, gekko.ErrConflict)
	}
	ctx, cancel := context.WithDeadline(ctx, l.Expires)
	defer cancel()
	before := l.Term
	l.Term++
	next, err := c.TakeLease(ctx, l, term)
	if err != nil {
		return gekko.Lease{}, err
	}
	if before%termsAtOnce == 0 {
		var old []int
		for term := max(before-keptTerms-termsAtOnce, 0) + 1; term <= before-keptTerms; term++ {
			old = append(old, term)
		}
		_ = c.dropTerms(ctx, l.App, old) // what stays is removed when the lease is freed
	}
	return next, nil
}

// FreeLease removes the terms before a lease and gives it back. The last one
// stays, so that its number is never used again. It is marked last, so that a
// mark says that nothing else is left.
func (c *Cloud) FreeLease(ctx context.Context, l gekko.Lease) error {
	var old []int
	err := c.terms(ctx, l.App, func(o gekko.Lease) {
		if o.Term < l.Term {
			old = append(old, o.Term)
		}
	})
	err = errors.Join(err, c.dropTerms(ctx, l.App, old))
	l.Freed = true
	_, failed := c.ssm.PutParameter(ctx, &ssm.PutParameterInput{
		Name: aws.String(leaseName(l.App, l.Term)), Type: types.ParameterTypeString,
		Value: aws.String(tag.EncodeLease(l, 0, "")), Overwrite: aws.Bool(true),
	})
	if failed != nil {
		return errors.Join(err, answer.Named(fmt.Sprintf("term %d of the lease of %s", l.Term, l.App), failed))
	}
	return err
}

// dropTerms removes terms. Those that are gone already are no error.
func (c *Cloud) dropTerms(ctx context.Context, app gekko.AppName, terms []int) error {
	var all error
	for some := range slices.Chunk(terms, namesAtOnce) {
		names := make([]string, len(some))
		for i, term := range some {
			names[i] = leaseName(app, term)
		}
		if _, err := c.ssm.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: names}); err != nil {
			all = errors.Join(all, answer.Named("old terms of the lease of "+string(app), err))
		}
	}
	return all
}
