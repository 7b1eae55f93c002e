package remote_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"gekko"
	"gekko/remote"
)

func TestAnIdentityFileThatOthersCanReadIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "k.pem")
	if err := os.WriteFile(file, key(t).Private, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := remote.Identity(file, "")
	if !errors.Is(err, gekko.ErrRefused) || gekko.HintOf(err) != "chmod 600 "+file {
		t.Errorf("error %v, hint %q", err, gekko.HintOf(err))
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := remote.Identity(file, ""); err != nil {
		t.Errorf("after chmod: %v", err)
	}
}

func TestWhatIsNoKeyIsInvalid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "k.pem")
	if err := os.WriteFile(file, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := remote.Identity(file, ""); !errors.Is(err, gekko.ErrInvalid) {
		t.Errorf("error %v", err)
	}
}

func TestAKeyWithAPassphraseIsUsedThroughTheAgent(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "k.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := remote.Identity(file, ""); !errors.Is(err, gekko.ErrRefused) || gekko.HintOf(err) != "ssh-add "+file {
		t.Errorf("without an agent: %v, hint %q", err, gekko.HintOf(err))
	}
	socket := serveAgent(t, private)
	signer, err := remote.Identity(file, socket)
	if err != nil {
		t.Fatal(err)
	}
	s, h, _ := place(t)
	host := key(t)
	h.Key = host.Signer.PublicKey()
	s.Become(host.Signer, signer.PublicKey())
	h.Login = signer
	dial(t, h)
}

func serveAgent(t *testing.T, private ed25519.PrivateKey) (socket string) {
	t.Helper()
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: &private}); err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "agent") // sockets' paths are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	socket = filepath.Join(folder, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				agent.ServeAgent(ring, conn)
			}()
		}
	}()
	return socket
}
