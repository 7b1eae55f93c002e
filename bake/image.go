package bake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gekko"
)

// freeze makes the image of the stopped builder and waits until it can be
// launched. Somebody may have taken the name meanwhile: then the next second's
// is the snapshot's.
func (m *making) freeze(ctx context.Context) error {
	begin := func() (err error) {
		m.image, err = m.Cloud.Freeze(ctx, m.builder.ID, m.snapshot())
		return err
	}
	for try := 1; ; try++ {
		err := m.insist(ctx, "image "+string(m.mark.Snapshot), begin)
		if m.image != "" {
			break
		}
		if !errors.Is(err, gekko.ErrConflict) || try == names {
			return err
		}
		m.rename()
	}
	id := m.image
	m.undo.add(undoImage, string(id), func(ctx context.Context) error {
		return m.Cloud.DropLeftover(ctx, gekko.Leftover{Kind: gekko.LeftImage, ID: string(id), Bake: m.mark})
	})
	m.did(0, "image %s begun", id)
	return m.awaitImage(ctx, m.mark.Snapshot)
}

// awaitImage waits until a snapshot's image is available.
func (b *Baker) awaitImage(ctx context.Context, name gekko.SnapshotName) error {
	began := time.Now()
	err := b.await(ctx, "image "+string(name), imagePatience, func() (bool, string, error) {
		s, err := b.Cloud.Snapshot(ctx, name)
		switch {
		case (errors.Is(err, gekko.ErrNotFound) || errors.Is(err, gekko.ErrRefused)) && time.Since(began) < knownAfter:
			return false, "it or its tags are not known yet", nil
		case err != nil:
			return false, "", err
		case s.State == gekko.SnapshotFailed:
			return false, "", fmt.Errorf("image %s of %s failed: %s", s.Image, name, s.Why)
		}
		return s.State == gekko.SnapshotAvailable, string(s.State), nil
	})
	if err == nil {
		b.did(time.Since(began), "image of %s is available", name)
	}
	return err
}
