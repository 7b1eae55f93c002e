//go:build linux

package machine_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"gekko/local/machine"
)

// world is a Host and what a test needs to use its machines.
type world struct {
	t      *testing.T
	host   *machine.Host
	dir    string
	signer ssh.Signer
	pem    []byte
}

// shared is one Host for all tests that need no other; TestMain closes it.
var shared = sync.OnceValues(func() (*machine.Host, error) {
	return machine.Open(context.Background(), machine.Options{Confine: machine.Namespaces})
})

func open(t *testing.T, o machine.Options) *world {
	t.Helper()
	h, err := machine.Open(t.Context(), o)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return newWorld(t, h)
}

// machines numbers those of all tests.
var machines atomic.Int32

func newWorld(t *testing.T, h *machine.Host) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), host: h}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if w.signer, err = ssh.NewSignerFromKey(key); err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	w.pem = pem.EncodeToMemory(block)
	return w
}

func (w *world) spec() machine.Spec {
	n := machines.Add(1)
	return machine.Spec{
		ID:      fmt.Sprintf("i-%d", n),
		Address: netip.MustParseAddr(fmt.Sprintf("127.33.%d.%d", os.Getpid()%250+1, n)),
		Base:    machine.Bases()[0].Name,
	}
}

// guest is a machine that a test has booted.
type guest struct {
	machine.Machine
	w     *world
	spec  machine.Spec
	ended chan machine.End
}

func (w *world) boot(s machine.Spec, b machine.Boot) *guest {
	w.t.Helper()
	m, err := w.host.New(s)
	if err != nil {
		w.t.Fatal(err)
	}
	g := &guest{Machine: m, w: w, spec: s}
	g.start(b)
	w.t.Cleanup(func() {
		if err := m.Remove(); err != nil {
			w.t.Error(err)
		}
		if w.t.Failed() {
			w.t.Logf("console of %s:\n%s", s.ID, m.Console())
		}
	})
	return g
}

func (g *guest) start(b machine.Boot) {
	g.w.t.Helper()
	b.AuthorizedKeys = append(b.AuthorizedKeys, string(ssh.MarshalAuthorizedKey(g.w.signer.PublicKey())))
	g.ended = make(chan machine.End, 1)
	ended := g.ended
	if err := g.Boot(g.w.t.Context(), b, func(e machine.End) { ended <- e }); err != nil {
		g.w.t.Fatal(err)
	}
}

func (g *guest) address() string {
	return net.JoinHostPort(g.spec.Address.String(), fmt.Sprint(g.w.host.SSHPort()))
}

func (g *guest) client() *ssh.Client {
	g.w.t.Helper()
	c, err := ssh.Dial("tcp", g.address(), &ssh.ClientConfig{
		User: "admin", Auth: []ssh.AuthMethod{ssh.PublicKeys(g.w.signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second,
	})
	if err != nil {
		g.w.t.Fatal(err)
	}
	g.w.t.Cleanup(func() { c.Close() })
	return c
}

// try runs a command over SSH and gives its output and exit status.
func (g *guest) try(command string) (string, int) {
	g.w.t.Helper()
	c := g.client()
	defer c.Close()
	s, err := c.NewSession()
	if err != nil {
		g.w.t.Fatal(err)
	}
	out, err := s.CombinedOutput(command)
	if exit, ok := err.(*ssh.ExitError); ok {
		return strings.TrimSpace(string(out)), exit.ExitStatus()
	}
	if err != nil {
		g.w.t.Errorf("%s: %v", command, err)
	}
	return strings.TrimSpace(string(out)), 0
}

// must is try for what has to succeed.
func (g *guest) must(command string) string {
	g.w.t.Helper()
	out, status := g.try(command)
	if status != 0 {
		g.w.t.Fatalf("%s: exit status %d: %s", command, status, out)
	}
	return out
}
