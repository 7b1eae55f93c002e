package remote

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"

	"golang.org/x/crypto/ssh"
)

// Key is an SSH key pair that was made here: a host's, or one to log in with.
type Key struct {
	Signer  ssh.Signer
	Private []byte // OpenSSH's PEM form
	Public  []byte // OpenSSH's one-line form
}

// NewKey makes an ed25519 key pair.
func NewKey(comment string) (Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("new key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return Key{}, fmt.Errorf("new key: %w", err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return Key{}, fmt.Errorf("new key: %w", err)
	}
	line := bytes.TrimSpace(ssh.MarshalAuthorizedKey(signer.PublicKey()))
	return Key{signer, pem.EncodeToMemory(block), fmt.Appendf(nil, "%s %s", line, comment)}, nil
}

// pinned lets in no host but the one with the key, and notes when it has.
func pinned(key ssh.PublicKey, proved *bool) ssh.HostKeyCallback {
	want := key.Marshal()
	return func(_ string, _ net.Addr, got ssh.PublicKey) error {
		if !bytes.Equal(got.Marshal(), want) {
			return ErrHostKey
		}
		*proved = true
		return nil
	}
}
