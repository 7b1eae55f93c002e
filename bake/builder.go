package bake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"gekko"
	"gekko/remote"
)

// launch starts the builder and waits until it runs.
func (m *making) launch(ctx context.Context) error {
	began := time.Now()
	i := m.App.Image
	plan := gekko.BuilderPlan{
		Bake: m.mark, Base: m.base,
		Token:          token(m.mark, i.Subnet),
		InstanceType:   i.InstanceType,
		Subnet:         i.Subnet,
		SecurityGroups: m.login.groups,
		KeyPair:        m.login.keyPair,
		VolumeGiB:      i.VolumeGiB,
		Encrypted:      i.Encrypted,
		UserData:       userData(m.host),
	}
	var id gekko.InstanceID
	err := m.await(ctx, "builder", busyPatience, func() (launched bool, saw string, err error) {
		id, err = m.Cloud.LaunchBuilder(ctx, plan)
		if m.madeAccess() && errors.Is(err, gekko.ErrNotFound) && time.Since(began) < knownAfter {
			return false, err.Error(), nil
		}
		return err == nil, "", err
	})
	if id != "" {
		m.builder.ID = id
		m.undo.add(undoBuilder, string(id), func(ctx context.Context) error { return m.end(ctx, id, began) })
	}
	if err != nil {
		return err
	}
	m.did(0, "builder %s launched", id)
	err = m.await(ctx, "builder "+string(id), launchPatience, func() (bool, string, error) {
		now, err := m.Cloud.Builder(ctx, id)
		if errors.Is(err, gekko.ErrNotFound) && time.Since(began) < knownAfter {
			return false, "not known yet", nil
		}
		if err != nil {
			return false, "", err
		}
		m.builder = now
		if now.State == gekko.BuilderEnding || now.State == gekko.BuilderEnded {
			return false, "", fmt.Errorf("builder %s ended while it started: %s", id, now.Why)
		}
		return now.State == gekko.BuilderRunning && now.Address != "", string(now.State), nil
	})
	if err == nil {
		m.did(time.Since(began), "builder %s runs at %s", id, m.builder.Address)
	}
	return err
}

// connect logs in, as soon as the builder shows the host key that went in by
// its user data.
func (m *making) connect(ctx context.Context) error {
	began := time.Now()
	host := remote.Host{
		Address: net.JoinHostPort(m.builder.Address, strconv.Itoa(m.login.port)),
		User:    m.login.user,
		Key:     m.host.Signer.PublicKey(),
		Login:   m.login.signer,
	}
	session, err := remote.Await(ctx, host, m.poll(), cmp.Or(m.App.Image.Patience, loginPatience), func(err error, waited time.Duration) {
		m.Report.Tell(gekko.Waits, "SSH to the builder: "+err.Error(), waited)
	})
	if err != nil {
		return gekko.Hint(fmt.Errorf("SSH to builder %s: %w", m.builder.ID, err), m.shut(err))
	}
	m.session = session
	m.did(time.Since(began), "logged in to the builder as %s; its host key is the one it was given", host.User)
	return nil
}

// shut says what may let a bake in that a builder did not.
func (m *making) shut(err error) string {
	switch {
	case errors.Is(err, remote.ErrHostKey):
		return "is its address another machine's, or does the base image take no host key from its user data (cloud-init)?"
	case errors.Is(err, remote.ErrLogin):
		return "image.ssh.user in gekko.yaml: the login user of the base image, as admin, ubuntu or ec2-user"
	}
	return fmt.Sprintf("can this machine reach port %d of it? image.subnet, image.security-groups and image.ssh-from in gekko.yaml decide that", m.login.port)
}

// stop stops the builder by the API, as a shutdown from inside would end it,
// and takes the user data, with the host key in it, away.
func (m *making) stop(ctx context.Context) error {
	began := time.Now()
	m.session.Close()
	m.session = nil
	id := m.builder.ID
	err := m.insist(ctx, "builder "+string(id), func() error { return m.Cloud.StopBuilder(ctx, id) })
	if err != nil {
		return err
	}
	err = m.await(ctx, "builder "+string(id), stopPatience, func() (bool, string, error) {
		now, err := m.Cloud.Builder(ctx, id)
		if err == nil && (now.State == gekko.BuilderEnding || now.State == gekko.BuilderEnded) {
			err = fmt.Errorf("builder %s ended before its image was made: %s", id, now.Why)
		}
		return now.State == gekko.BuilderStopped, string(now.State), err
	})
	if err != nil {
		return err
	}
	err = m.insist(ctx, "builder "+string(id), func() error { return m.Cloud.ClearUserData(ctx, id) })
	if err != nil {
		return err
	}
	m.did(time.Since(began), "builder %s stopped, its user data cleared", id)
	return nil
}

// end ends a builder and waits until it is gone, so that what it uses can be
// deleted. One that was launched a moment ago may not be known yet where the
// call arrives, and lives on; that it is not found counts later only.
func (b *Baker) end(ctx context.Context, id gekko.InstanceID, launched time.Time) error {
	told := false
	return b.await(ctx, "builder "+string(id), endPatience, func() (bool, string, error) {
		if !told {
			if err := b.Cloud.EndBuilder(ctx, id); err != nil {
				return false, "", err
			}
		}
		now, err := b.Cloud.Builder(ctx, id)
		if errors.Is(err, gekko.ErrNotFound) {
			return time.Since(launched) > knownAfter, "not known yet", nil
		}
		told = told || err == nil && (now.State == gekko.BuilderEnding || now.State == gekko.BuilderEnded)
		return now.State == gekko.BuilderEnded, string(now.State), err
	})
}

// deleted looks whether a deletion goes through; what still uses the thing is
// waited for.
func (b *Baker) deleted(drop func() error) func() (bool, string, error) {
	return func() (bool, string, error) {
		err := drop()
		if errors.Is(err, gekko.ErrConflict) {
			return false, "still in use", nil
		}
		return err == nil, "", err
	}
}
