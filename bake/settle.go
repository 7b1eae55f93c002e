package bake

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gekko"
	"gekko/remote"
)

// Scripts that run on the builder, as root.
var (
	//go:embed script/settle.sh
	settleScript string
	//go:embed script/arm.sh
	armScript string
	//go:embed script/clean.sh
	cleanScript string
)

// apart makes sure that the builder is not this very machine: a clean-up that
// went to the wrong root would take this machine's own keys away. A file that
// was just made here must not be there, unless DESTDIR says that the builder
// has a folder for its root.
func (m *making) apart(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "gekko-apart-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	file, err := filepath.Abs(filepath.Join(folder, string(m.mark.Snapshot)))
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return err
	}
	err = m.session.Run(ctx, m.session.Root(`[ -n "${DESTDIR:-}" ] || [ ! -e `+remote.Quote(file)+` ]`), nil, nil)
	if _, ok := errors.AsType[*remote.ExitError](err); ok {
		return fmt.Errorf("%w: the builder sees this machine's own files; nothing was done to it", gekko.ErrRefused)
	}
	return err
}

// settle sets the timer that ends the builder if nobody does, which must live in
// memory alone: on the disk it would end every instance of the image. Then it
// waits until the builder's own set-up is over, so that it does not get in the
// recipe's way. The timer comes first, as a set-up may never end.
func (m *making) settle(ctx context.Context) error {
	began := time.Now()
	script := fmt.Sprintf("seconds=%d\n%s\n%s", int(m.lifetime().Seconds()), armScript, settleScript)
	if err := m.told(ctx, script); err != nil {
		return fmt.Errorf("the builder's set-up: %w", err)
	}
	m.did(time.Since(began), "the builder's own set-up is over; it ends by itself in %v", m.lifetime())
	return nil
}

// clean takes away what one machine has and a whole group must not share. The
// script fails if anything of it is still there.
func (m *making) clean(ctx context.Context) error {
	script := fmt.Sprintf("build=%s\nkeep_source=%s\n%s", remote.Quote(buildFolder), remote.Quote(m.keptSource()), cleanScript)
	if err := m.told(ctx, script); err != nil {
		return fmt.Errorf("clean-up: %w", err)
	}
	m.did(0, "keys, history and state removed")
	return nil
}
