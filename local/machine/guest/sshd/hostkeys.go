//go:build linux

package sshd

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"
)

// hostKeys reads the host keys of a machine, or makes them if it has none.
func hostKeys(dir string) ([]ssh.Signer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	keys, err := ReadHostKeys(dir)
	if err != nil || len(keys) > 0 {
		return keys, err
	}
	if err := makeHostKeys(dir); err != nil {
		return nil, err
	}
	return ReadHostKeys(dir)
}

func hostKeyFiles(dir string) []string {
	var files []string
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		files = append(files, filepath.Join(dir, "ssh_host_"+kind+"_key"))
	}
	return files
}

// ReadHostKeys reads those that there are.
func ReadHostKeys(dir string) ([]ssh.Signer, error) {
	var keys []ssh.Signer
	for _, path := range hostKeyFiles(dir) {
		data, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		key, err := ssh.ParsePrivateKey(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// makeHostKeys leaves RSA out: it takes most of a second, and every client of
// today takes another.
func makeHostKeys(dir string) error {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	return errors.Join(
		writeHostKey(filepath.Join(dir, "ssh_host_ed25519_key"), ed),
		writeHostKey(filepath.Join(dir, "ssh_host_ecdsa_key"), ec))
}

func writeHostKey(path string, key crypto.PrivateKey) error {
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(path, pem.EncodeToMemory(block), 0o600),
		os.WriteFile(path+".pub", ssh.MarshalAuthorizedKey(signer.PublicKey()), 0o644))
}

// DeleteHostKeys forgets all keys of a machine, so that an image's are not its
// instances'.
func DeleteHostKeys(dir string) {
	for _, path := range hostKeyFiles(dir) {
		os.Remove(path)
		os.Remove(path + ".pub")
	}
}
