package bake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"gekko"
	"gekko/remote"
)

// login is how the bake gets onto its builder.
type login struct {
	user    string
	port    int
	keyPair string
	signer  ssh.Signer
	private []byte   // of a temporary key pair
	groups  []string // security groups
}

// checkImage refuses what could not work, or would open the builder to all.
func checkImage(i gekko.ImagePlan) error {
	switch {
	case i.Base == (gekko.BaseImage{}):
		return gekko.Hint(fmt.Errorf("%w: there is no base image to build on", gekko.ErrInvalid), "set image.base in gekko.yaml")
	case i.KeyPair != "" && i.IdentityFile == "":
		return fmt.Errorf("%w: key pair %s needs its private key: give its file by -i or image.ssh.identity-file", gekko.ErrInvalid, i.KeyPair)
	case i.KeyPair == "" && i.IdentityFile != "":
		return fmt.Errorf("%w: identity file %s needs the name of its key pair: give it by -k or image.ssh.key-pair", gekko.ErrInvalid, i.IdentityFile)
	case i.SSHFrom == "":
		return nil
	}
	p, err := netip.ParsePrefix(i.SSHFrom)
	if err != nil {
		return fmt.Errorf("%w: image.ssh-from %q: want a CIDR, as 203.0.113.0/24", gekko.ErrInvalid, i.SSHFrom)
	}
	if p.Bits() == 0 {
		return fmt.Errorf("%w: image.ssh-from %s would open the builder to the world", gekko.ErrRefused, i.SSHFrom)
	}
	return nil
}

// prepare makes or reads what lets this bake, and nobody else, reach the
// builder.
func (m *making) prepare(ctx context.Context) error {
	i := m.App.Image
	m.login = login{user: i.User, port: i.Port, keyPair: i.KeyPair, groups: i.SecurityGroups}
	if m.login.port == 0 {
		m.login.port = 22
	}
	if m.login.user == "" {
		user, err := userOf(m.base)
		if err != nil {
			return err
		}
		m.login.user = user
	}
	var err error
	if m.host, err = remote.NewKey(string(m.mark.Snapshot) + "-host"); err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := m.open(ctx)
		if !errors.Is(err, gekko.ErrConflict) || try == names {
			return err
		}
		m.rename() // a bake that began in the same second was faster
	}
}

// open makes the key pair and the security group unless they were given.
func (m *making) open(ctx context.Context) error {
	if m.login.signer == nil {
		if err := m.prepareKey(ctx); err != nil {
			return err
		}
	}
	if len(m.login.groups) > 0 {
		return nil
	}
	return m.prepareGroup(ctx)
}

// madeAccess says whether all that lets the bake in was made a moment ago.
func (m *making) madeAccess() bool {
	return m.App.Image.KeyPair == "" && len(m.App.Image.SecurityGroups) == 0
}

func (m *making) prepareKey(ctx context.Context) error {
	if m.login.keyPair != "" {
		signer, err := remote.Identity(m.App.Image.IdentityFile, m.AgentSocket)
		if err != nil {
			return err
		}
		m.login.signer = signer
		return m.ofThePair(ctx, signer.PublicKey())
	}
	name := string(m.mark.Snapshot) + "-builder"
	key, err := remote.NewKey(name)
	if err != nil {
		return err
	}
	err = m.Cloud.ImportKey(ctx, name, key.Public, m.mark)
	if !errors.Is(err, gekko.ErrConflict) { // then it is another bake's
		m.undo.add(undoKey, name, func(ctx context.Context) error { return m.Cloud.DeleteKey(ctx, name) })
	}
	if err != nil {
		return err
	}
	m.login.keyPair, m.login.signer, m.login.private = name, key.Signer, key.Private
	m.did(0, "temporary key pair %s imported", name)
	return nil
}

// ofThePair refuses a private key that the builder would not let in.
func (m *making) ofThePair(ctx context.Context, held ssh.PublicKey) error {
	line, err := m.Cloud.PublicKey(ctx, m.login.keyPair)
	if err != nil || line == "" {
		return err
	}
	want, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil || bytes.Equal(want.Marshal(), held.Marshal()) {
		return nil // a kind of key that is not known here may be right
	}
	err = fmt.Errorf("identity file %s: %w: it is not the private key of key pair %s (%s, not %s)", m.App.Image.IdentityFile,
		gekko.ErrInvalid, m.login.keyPair, ssh.FingerprintSHA256(held), ssh.FingerprintSHA256(want))
	return gekko.Hint(err, "-i with the pair's own file, or without -k and -i for a temporary pair")
}

func (m *making) prepareGroup(ctx context.Context) error {
	from, err := m.from(ctx)
	if err != nil {
		return err
	}
	name := string(m.mark.Snapshot) + "-builder"
	id, err := m.Cloud.OpenGroup(ctx, name, m.App.Image.Subnet, from, m.login.port, m.mark)
	if id != "" {
		m.undo.add(undoGroup, id, func(ctx context.Context) error { return m.dropGroup(ctx, id) })
	}
	if err != nil {
		return err
	}
	m.login.groups = []string{id}
	m.did(0, "temporary security group %s lets %s in to port %d alone", id, from, m.login.port)
	return nil
}

// from is where the builder lets SSH in from.
func (m *making) from(ctx context.Context) (cidr string, err error) {
	switch {
	case m.App.Image.SSHFrom != "":
		return m.App.Image.SSHFrom, nil
	case m.Loopback:
		return "127.0.0.0/8", nil
	}
	text, err := m.Cloud.CallerAddress(ctx)
	if err != nil {
		return "", err
	}
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return "", fmt.Errorf("own address: %w", err)
	}
	return netip.PrefixFrom(ip, ip.BitLen()).String(), nil
}

// dropGroup deletes a security group, waiting for what uses it to end.
func (b *Baker) dropGroup(ctx context.Context, id string) error {
	return b.await(ctx, "security group "+id, endPatience, b.deleted(func() error { return b.Cloud.DeleteGroup(ctx, id) }))
}

// userOf guesses the login user from the name of a well-known base image.
func userOf(base gekko.Base) (string, error) {
	name := strings.ToLower(base.Name)
	for _, known := range []struct{ part, user string }{
		{"debian", "admin"},
		{"ubuntu", "ubuntu"},
		{"al2023", "ec2-user"},
		{"amzn", "ec2-user"},
		{"amazon", "ec2-user"},
		{"rhel", "ec2-user"},
		{"suse", "ec2-user"},
		{"fedora", "fedora"},
		{"rocky", "rocky"},
		{"alma", "ec2-user"},
		{"centos", "centos"},
	} {
		if strings.Contains(name, known.part) {
			return known.user, nil
		}
	}
	err := fmt.Errorf("%w: the login user of base image %s (%s) is not known", gekko.ErrInvalid, base.ID, base.Name)
	return "", gekko.Hint(err, "set image.ssh.user in gekko.yaml")
}

// keep leaves the builder of a failed bake for a look, and says how to reach
// and how to end it.
func (m *making) keep(failed error) error {
	folder, err := os.MkdirTemp("", "gekko-builder-")
	if err != nil {
		return fmt.Errorf("%w; the builder is kept, but: %w", failed, err)
	}
	identity, known := m.App.Image.IdentityFile, filepath.Join(folder, "known_hosts")
	host := m.builder.Address
	if m.login.port != 22 {
		host = fmt.Sprintf("[%s]:%d", host, m.login.port)
	}
	err = os.WriteFile(known, fmt.Appendf(nil, "%s %s\n", host, m.host.Public), 0o600)
	if m.login.private != nil {
		identity = filepath.Join(folder, "identity")
		if err == nil {
			err = os.WriteFile(identity, m.login.private, 0o600)
		}
	}
	if err != nil {
		return fmt.Errorf("%w; the builder is kept, but: %w", failed, err)
	}
	m.Report.Tell(gekko.Warns, fmt.Sprintf("builder %s is kept and ends by itself %s after its launch; to look at it: ssh -i %s -o UserKnownHostsFile=%s -o IdentitiesOnly=yes -p %d %s@%s",
		m.builder.ID, m.lifetime().Round(time.Minute), identity, known, m.login.port, m.login.user, m.builder.Address), 0)
	return gekko.Hint(failed, "gekko sweep   (ends the builder that was kept)")
}
