package bake

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gekko"
	"gekko/remote"
)

// making is one bake on its way.
type making struct {
	*Baker
	Request
	base gekko.Base
	tree *tree
	mark gekko.Bake
	undo undo

	host    remote.Key // the builder's one-time host key
	login   login
	builder gekko.Builder
	session *remote.Session // nil while nobody is, or could be, logged in
	image   gekko.ImageID
}

// snapshot is what the bake is going to give, as far as it is known.
func (m *making) snapshot() gekko.Snapshot {
	plan := m.App.Group
	return gekko.Snapshot{
		Name: m.mark.Snapshot, Image: m.image, State: gekko.SnapshotPending,
		Commit: m.mark.Commit, Source: m.tree.origin, Recipe: m.mark.Recipe, Base: m.mark.Base,
		Created: m.mark.Snapshot.Time(),
		Plan:    plan, Balancer: m.App.Balancer,
		Port: m.App.Service.Port, HealthPath: m.App.Service.Health,
	}
}

// steps are the words for a rehearsal.
func (m *making) steps() []string {
	i := m.App.Image
	steps := []string{"make the snapshot " + string(m.mark.Snapshot)}
	if i.KeyPair == "" {
		steps = append(steps, "make a temporary key pair")
	}
	if len(i.SecurityGroups) == 0 {
		steps = append(steps, "make a temporary security group, open to SSH from here alone")
	}
	steps = append(steps,
		fmt.Sprintf("launch a builder of type %s from %s", i.InstanceType, m.base.ID),
		"bring the tree of commit "+m.mark.Commit.Short()+" to it")
	for n, s := range m.App.Recipe {
		steps = append(steps, fmt.Sprintf("carry out recipe step %d: %s", n+1, stepWords(s)))
	}
	if m.App.Service.Command != "" {
		steps = append(steps, "install the service "+string(m.App.Name))
	}
	if !m.App.Image.Untuned {
		steps = append(steps, "tune the host for heavy load")
	}
	return append(steps, "remove keys, history and state, and stop the builder",
		"make the image and the launch template", "end the builder")
}

// make carries out the whole bake. Whatever it made for itself goes away at its
// end, good or bad.
func (m *making) make(ctx context.Context) (s gekko.Snapshot, err error) {
	defer func() { err = m.leave(ctx, err) }()
	for _, step := range []func(context.Context) error{m.prepare, m.launch, m.connect} {
		if err := step(ctx); err != nil {
			return s, err
		}
	}
	defer m.session.Close()
	if err := m.work(ctx); err != nil {
		err = fmt.Errorf("builder %s: %w", m.builder.ID, err)
		if _, failed := errors.AsType[*remote.ExitError](err); failed && gekko.HintOf(err) == "" {
			err = gekko.Hint(err, "mend it and commit; --keep-on-failure leaves the builder for a look")
		}
		return s, err
	}
	for _, step := range []func(context.Context) error{m.stop, m.freeze} {
		if err := step(ctx); err != nil {
			return s, err
		}
	}
	err = m.insist(ctx, "launch template "+string(m.mark.Snapshot), func() (err error) {
		s, err = m.Cloud.AddTemplate(ctx, m.snapshot())
		return err
	})
	if err != nil {
		return s, err
	}
	m.undo.forget(undoImage)
	s.State = gekko.SnapshotAvailable
	m.did(0, "snapshot %s made: image %s, template %s", s.Name, s.Image, s.Template)
	return s, nil
}

// work is all that is done on the builder.
func (m *making) work(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		m.apart, m.settle, m.upload, m.cook, m.install, m.clean,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// leave takes away what the bake made for itself, also after ctx has ended. An
// error of the bake stays the first thing told; what remains comes after it.
func (m *making) leave(ctx context.Context, failed error) error {
	if failed != nil && m.KeepOnFailure && m.session != nil && !errors.Is(failed, context.Canceled) {
		return m.keep(failed)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endPatience)
	defer cancel()
	began := time.Now()
	if failed != nil && !m.undo.empty() {
		said := "the bake ends without a snapshot; taking away what it made"
		if errors.Is(failed, context.Canceled) {
			said += " (a second Ctrl-C leaves it to gekko sweep)"
		}
		m.Report.Tell(gekko.Warns, said, 0)
	}
	unsure := m.lost(ctx, failed)
	done, left, err := m.undo.run(ctx)
	if len(done) > 0 {
		m.did(time.Since(began), "taken away: %s", strings.Join(done, ", "))
	}
	if err != nil {
		err = fmt.Errorf("%w: left behind: %s: %w", gekko.ErrHeld, strings.Join(left, ", "), err)
	}
	if err = errors.Join(unsure, err); err != nil {
		return gekko.Hint(errors.Join(failed, err), "gekko sweep")
	}
	return failed
}

// lost finds what calls have made whose answers never came, so that it is taken
// away too. An answer that was a refusal leaves nothing open.
func (m *making) lost(ctx context.Context, failed error) error {
	if failed == nil || m.builder.ID != "" || m.undo.empty() {
		return nil
	}
	for _, refusal := range []error{gekko.ErrInvalid, gekko.ErrNotFound, gekko.ErrConflict, gekko.ErrDenied, gekko.ErrCapacity, gekko.ErrRefused} {
		if errors.Is(failed, refusal) {
			return nil
		}
	}
	left, err := m.Cloud.Leftovers(ctx, m.App.Name)
	if err != nil {
		return fmt.Errorf("%w: a builder may be left behind: %w", gekko.ErrHeld, err)
	}
	for _, l := range left {
		if l.Bake.ID == m.mark.ID && !m.undo.has(l.ID) {
			m.undo.add(string(l.Kind), l.ID, func(ctx context.Context) error { return m.drop(ctx, l) })
		}
	}
	return nil
}
