package remote

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"gekko"
)

const otherFile = "-i with the private key's file, or without -k and -i for a temporary pair"

// Identity reads a private key to log in with. A file that others can read is
// refused, as OpenSSH does. A key with a passphrase is used through the agent
// whose socket is given (SSH_AUTH_SOCK), or refused.
func Identity(path, agentSocket string) (ssh.Signer, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, gekko.Hint(fmt.Errorf("identity file %s: %w", path, gekko.ErrNotFound), otherFile)
	case err != nil:
		return nil, fmt.Errorf("identity file: %w", err)
	case !info.Mode().IsRegular():
		return nil, gekko.Hint(fmt.Errorf("identity file %s: %w: it is no file", path, gekko.ErrInvalid), otherFile)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		err := fmt.Errorf("identity file %s: %w: others can use it (its mode is %04o)", path, gekko.ErrRefused, info.Mode().Perm())
		return nil, gekko.Hint(err, "chmod 600 "+path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("identity file: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	if err == nil {
		return signer, nil
	}
	locked, ok := errors.AsType[*ssh.PassphraseMissingError](err)
	if !ok {
		if _, _, _, _, public := ssh.ParseAuthorizedKey(data); public == nil {
			err = errors.New("it is a public key, the private one is wanted")
		}
		return nil, gekko.Hint(fmt.Errorf("identity file %s: %w: %w", path, gekko.ErrInvalid, err), otherFile)
	}
	public := locked.PublicKey
	if public == nil { // old PEM files do not tell it
		public = publicBeside(path)
	}
	if s := (agentSigner{agentSocket, public}); public != nil && s.has() {
		return s, nil
	}
	err = fmt.Errorf("identity file %s: %w: it has a passphrase and no SSH agent holds it", path, gekko.ErrRefused)
	return nil, gekko.Hint(err, "ssh-add "+path)
}

func publicBeside(path string) ssh.PublicKey {
	data, err := os.ReadFile(path + ".pub")
	if err != nil {
		return nil
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(data)
	if err != nil {
		return nil
	}
	return key
}

// agentSigner signs with a key that an SSH agent holds.
type agentSigner struct {
	socket string
	public ssh.PublicKey
}

func (a agentSigner) PublicKey() ssh.PublicKey { return a.public }

func (a agentSigner) has() bool {
	return a.use(func(ssh.Signer) error { return nil }) == nil
}

func (a agentSigner) Sign(r io.Reader, data []byte) (*ssh.Signature, error) {
	return a.SignWithAlgorithm(r, data, "")
}

func (a agentSigner) SignWithAlgorithm(r io.Reader, data []byte, algorithm string) (sig *ssh.Signature, err error) {
	err = a.use(func(s ssh.Signer) error {
		if with, ok := s.(ssh.AlgorithmSigner); ok && algorithm != "" {
			sig, err = with.SignWithAlgorithm(r, data, algorithm)
		} else {
			sig, err = s.Sign(r, data)
		}
		return err
	})
	return sig, err
}

// use connects to the agent for as long as f runs.
func (a agentSigner) use(f func(ssh.Signer) error) error {
	if a.socket == "" {
		return gekko.ErrNotFound
	}
	conn, err := net.Dial("unix", a.socket)
	if err != nil {
		return fmt.Errorf("SSH agent: %w", err)
	}
	defer conn.Close()
	held, err := agent.NewClient(conn).Signers()
	if err != nil {
		return fmt.Errorf("SSH agent: %w", err)
	}
	for _, s := range held {
		if bytes.Equal(s.PublicKey().Marshal(), a.public.Marshal()) {
			return f(s)
		}
	}
	return fmt.Errorf("SSH agent: key %s: %w", ssh.FingerprintSHA256(a.public), gekko.ErrNotFound)
}
