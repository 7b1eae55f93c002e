//go:build linux

package machine_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"

	"gekko/local/machine"
)

// hostUntilKilled boots a machine whose processes can be told, says in which
// run folder, and waits to be killed.
func hostUntilKilled(dir string) {
	ctx := context.Background()
	kind := os.Getenv("MACHINE_TEST_KIND")
	os.Chmod(filepath.Dir(dir), 0o711)
	h, err := machine.Open(ctx, machine.Options{Dir: dir, Confine: kind})
	if err != nil {
		fmt.Println("none:", err)
		return
	}
	m, err := h.New(machine.Spec{ID: "i-killed", Address: netip.MustParseAddr(fmt.Sprintf("127.44.%d.9", os.Getpid()%250+1)), Base: machine.Bases()[1].Name})
	if err != nil {
		panic(err)
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		panic(err)
	}
	keys := []string{string(ssh.MarshalAuthorizedKey(signer.PublicKey()))}
	if err := m.Boot(ctx, machine.Boot{First: true, AuthorizedKeys: keys}, func(machine.End) {}); err != nil {
		panic(err)
	}
	conn, err := m.Dial(ctx, 22)
	if err != nil {
		panic(err)
	}
	c, channels, requests, err := ssh.NewClientConn(conn, "inside", &ssh.ClientConfig{
		User: "ec2-user", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		panic(err)
	}
	session, err := ssh.NewClient(c, channels, requests).NewSession()
	if err != nil {
		panic(err)
	}
	// One that no signal of a terminal or a process group reaches.
	const leave = `export MARK=mark-%s; setsid bash -c 'setsid bash -c "exec -a $MARK sleep 1000" & sleep 1000' > /dev/null 2>&1 < /dev/null &`
	if err := session.Run(fmt.Sprintf(leave, filepath.Base(dir))); err != nil {
		panic(err)
	}
	fmt.Println(dir)
	select {}
}
