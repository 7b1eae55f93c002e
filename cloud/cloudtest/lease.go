package cloudtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"gekko"
	"gekko/cloud"
)

// another is a second gekko on the same cloud.
func (h *Harness) another(t *testing.T) *cloud.Cloud {
	t.Helper()
	c, err := cloud.Open(t.Context(), cloud.Options{
		Region: h.Config.Region, Endpoint: aws.ToString(h.Config.BaseEndpoint),
		Credentials: h.Config.Credentials, HTTPClient: h.Config.HTTPClient,
	})
	must(t, err)
	return c
}

// heldByOne lets two gekkos want one app's lease.
func heldByOne(t *testing.T, h *Harness) {
	ctx, one, two := t.Context(), h.Cloud, h.another(t)
	t.Cleanup(func() { h.forgetLease(t) })
	last, err := one.Lease(ctx, app)
	must(t, err)
	want := gekko.Lease{App: app, Term: last.Term + 1, Holder: "one@host", Why: "release of hello-20260101-000000"}
	held, err := one.TakeLease(ctx, want, time.Minute)
	must(t, err)
	again, err := one.TakeLease(ctx, want, time.Minute)
	must(t, err)
	if again.Term != held.Term || again.Expires.After(held.Expires.Add(time.Second)) {
		t.Errorf("taken again it is %+v, at first %+v", again, held)
	}
	_, err = two.TakeLease(ctx, gekko.Lease{App: app, Term: want.Term, Holder: "two@host"}, time.Minute)
	conflict(t, "a term that is another's", err)
	seen := h.newest(t, two, held)
	if seen.Holder != want.Holder || seen.Why != want.Why || seen.Over(time.Now()) || seen.Expires.Before(held.Expires) {
		t.Errorf("the other sees %+v, want %+v", seen, held)
	}

	kept, err := one.KeepLease(ctx, held, time.Minute)
	must(t, err)
	if kept.Term != held.Term+1 || kept.Expires.Before(held.Expires) {
		t.Errorf("kept, it is %+v, before %+v", kept, held)
	}
	h.newest(t, two, kept)
	taken, err := two.TakeLease(ctx, gekko.Lease{App: app, Term: kept.Term + 1, Holder: "two@host"}, time.Minute)
	must(t, err)
	_, err = one.KeepLease(ctx, kept, time.Minute)
	conflict(t, "keeping what was taken over", err)

	must(t, two.FreeLease(ctx, taken))
	h.until(t, "the lease is seen to be free", func() bool {
		l, err := one.Lease(ctx, app)
		must(t, err)
		return l.Term == taken.Term && l.Freed && l.Over(time.Now())
	})
	h.oneTerm(t)
	held, err = one.TakeLease(ctx, gekko.Lease{App: app, Term: taken.Term + 1, Holder: "one@host"}, 2*time.Second)
	must(t, err)
	h.until(t, "the term has ended", func() bool { return held.Over(time.Now()) })
	_, err = one.KeepLease(ctx, held, time.Minute)
	conflict(t, "keeping a term that has ended", err)
	must(t, one.FreeLease(ctx, held))
}

func conflict(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, gekko.ErrConflict) {
		t.Errorf("%s: %v, want a conflict", what, err)
	}
}

// newest waits until a term is seen.
func (h *Harness) newest(t *testing.T, by *cloud.Cloud, want gekko.Lease) gekko.Lease {
	t.Helper()
	var l gekko.Lease
	h.until(t, "the term is seen", func() bool {
		var err error
		l, err = by.Lease(t.Context(), app)
		must(t, err)
		return l.Term == want.Term
	})
	return l
}

func (h *Harness) oneTerm(t *testing.T) {
	t.Helper()
	h.until(t, "the older terms are gone", func() bool {
		out, err := ssm.NewFromConfig(h.Config).GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String(leaseFolder)})
		must(t, err)
		return len(out.Parameters) == 1
	})
}

const leaseFolder = "/gekko/" + string(app) + "/lease"

func (h *Harness) forgetLease(t *testing.T) {
	ctx, raw := context.WithoutCancel(t.Context()), ssm.NewFromConfig(h.Config)
	out, err := raw.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String(leaseFolder)})
	must(t, err)
	for _, p := range out.Parameters {
		_, err := raw.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: p.Name})
		must(t, err)
	}
}
