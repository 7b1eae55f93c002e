//go:build linux

package machine_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"gekko/local/machine"
)

const ordinary = "MACHINE_TEST_ORDINARY"

// TestTheSameAsAnOrdinaryUser runs this package's tests again as a user
// without rights, if they are run as root.
func TestTheSameAsAnOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("this is one already")
	}
	t.Parallel()
	dir, err := os.MkdirTemp("", "ordinary-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "test")
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{os.Chmod(dir, 0o755), writeProgram(program, self), os.Mkdir(filepath.Join(dir, "tmp"), 0o700), os.Chown(filepath.Join(dir, "tmp"), 65534, 65534)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"-test.count=1"}
	if testing.Verbose() {
		args = append(args, "-test.v")
	}
	if testing.Short() {
		args = append(args, "-test.short")
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + filepath.Join(dir, "tmp"), ordinary + "=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// writeProgram writes what is to be run at once. A process that another test
// starts meanwhile would have the file open for writing until it runs itself,
// and the kernel would call it busy.
func writeProgram(path string, program []byte) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, program, 0o755)
}

// inNamespaces gives a test the Host of the strongest kind that all share, or
// skips it where this computer has none.
func inNamespaces(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	h, err := shared()
	if err != nil {
		t.Skip(err)
	}
	return newWorld(t, h)
}

const unitFile = `[Unit]
Description=A web server
After=network.target
[Service]
Environment=GREETING="hello there"
ExecStart=/opt/web ${GREETING}
Restart=always
[Install]
WantedBy=multi-user.target
`

// web is a service for the tests: this test binary under another name would
// do, but a shell and a socket are in every recipe's reach, so perl is.
const web = `#!/usr/bin/perl
use IO::Socket::INET;
my $l = IO::Socket::INET->new(LocalAddr => ($ENV{HOST} || "0.0.0.0"), LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die;
print STDERR "listening\n";
while (my $c = $l->accept) { while (<$c>) { last if /^\r?$/ } print $c "HTTP/1.0 200 OK\r\n\r\n$ARGV[0]"; close $c }
`

func (g *guest) get(port int) (string, error) {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return g.Dial(ctx, port) },
	}}
	r, err := client.Get("http://inside/")
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	return string(text), err
}

// await asks again until a machine's service answers.
func (g *guest) await(port int) string {
	g.w.t.Helper()
	var text string
	eventually(g.w.t, func() error {
		var err error
		text, err = g.get(port)
		return err
	})
	return text
}

// eventually looks every few milliseconds, in real time: processes know no
// other.
func eventually(t *testing.T, f func() error) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal(err)
		}
	}
}

func (g *guest) expect(end machine.End) {
	g.w.t.Helper()
	select {
	case got := <-g.ended:
		if got != end {
			g.w.t.Fatalf("it ended: %v, want %v", got, end)
		}
	case <-time.After(20 * time.Second):
		g.w.t.Fatalf("it did not end: %v was to come", end)
	}
}

func (g *guest) put(path, text string) {
	g.w.t.Helper()
	g.must("echo " + base64.StdEncoding.EncodeToString([]byte(text)) + " | base64 -d | sudo tee " + path + " > /dev/null")
}

func TestAServiceBakedIntoAnImageServesFromIt(t *testing.T) {
	w := inNamespaces(t)
	baker := w.boot(w.spec(), machine.Boot{First: true})
	baker.put("/opt/web", web)
	baker.put("/etc/systemd/system/web.service", unitFile)
	baker.must("sudo chmod 755 /opt/web && sudo systemctl daemon-reload && sudo systemctl enable --now web && systemctl is-active web")
	baker.must("sudo install -m 755 /opt/web /usr/local/bin/web && sudo cloud-init clean --logs --seed --machine-id && sudo rm -f /etc/ssh/ssh_host_*")
	if got := baker.await(8080); got != "hello there" {
		t.Errorf("it says %q", got)
	}
	baker.Shutdown(t.Context())
	baker.expect(machine.Halted)
	image := filepath.Join(w.dir, "image")
	if err := baker.Freeze(t.Context(), image); err != nil {
		t.Fatal(err)
	}
	if err := baker.Remove(); err != nil {
		t.Fatal(err)
	}

	s := w.spec()
	s.Image = image
	g := w.boot(s, machine.Boot{First: true, User: "admin"})
	if got := g.await(8080); got != "hello there" {
		t.Errorf("the image's machine says %q", got)
	}
	g.must("test -x /usr/local/bin/web && systemctl is-enabled web && test -s /etc/ssh/ssh_host_ed25519_key")
	pid := strings.TrimPrefix(strings.Split(g.must("systemctl show web"), "\n")[3], "MainPID=")
	g.must("sudo kill -9 " + pid)
	eventually(t, func() error {
		if now := g.must("systemctl show web"); strings.Contains(now, "MainPID="+pid+"\n") || !strings.Contains(now, "ActiveState=active") {
			return fmt.Errorf("it was not restarted: %s", now)
		}
		return nil
	})
	if got := g.must("journalctl -u web"); !strings.Contains(got, "listening") {
		t.Errorf("the journal holds %q", got)
	}
	if g.CPU() < 0 {
		t.Error("it used less than no time")
	}
}

func TestUserDataRunsAtTheFirstBootAlone(t *testing.T) {
	w := inNamespaces(t)
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	private := strings.ReplaceAll(strings.TrimSpace(string(pem.EncodeToMemory(block))), "\n", "\n    ")
	data := "#cloud-config\nssh_deletekeys: true\nssh_keys:\n  ed25519_private: |\n    " + private + "\n  ed25519_public: " + string(ssh.MarshalAuthorizedKey(signer.PublicKey())) +
		"write_files:\n- path: /etc/app.conf\n  permissions: '0640'\n  content: one\nruncmd:\n- echo ran >> /root/ran\n- [touch, '/root/a b']\n"
	g := w.boot(w.spec(), machine.Boot{First: true, UserData: []byte(data)})
	c, err := ssh.Dial("tcp", g.address(), &ssh.ClientConfig{
		User: "admin", Auth: []ssh.AuthMethod{ssh.PublicKeys(w.signer)},
		HostKeyCallback: ssh.FixedHostKey(signer.PublicKey()), HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if got := g.must("cloud-init status --wait; sudo sh -c 'cat /root/ran /etc/app.conf; stat -c %a /etc/app.conf; ls /root'"); got != "status: done\nran\none640\na b\nran" {
		t.Errorf("it did %q", got)
	}
	g.try("sudo reboot")
	g.expect(machine.Rebooting)
	g.start(machine.Boot{})
	if got := g.must("cloud-init status --wait; sudo cat /root/ran"); got != "status: done\nran" {
		t.Errorf("after a reboot: %q", got)
	}
}

func TestWhatIsWrongInUserDataIsSaid(t *testing.T) {
	w := inNamespaces(t)
	g := w.boot(w.spec(), machine.Boot{First: true, UserData: []byte("#cloud-config\npackages: [nginx]\n")})
	if out, status := g.try("cloud-init status --wait --long"); status != 1 || !strings.Contains(out, "read-only") {
		t.Errorf("status %d: %s", status, out)
	}
	script := w.boot(w.spec(), machine.Boot{First: true, UserData: []byte("#!/bin/sh\necho from a script; exit 3\n")})
	if out, status := script.try("cloud-init status --wait --long; cat /var/log/cloud-init-output.log"); status != 0 || !strings.Contains(out, "exit status 3") || !strings.Contains(out, "from a script") {
		t.Errorf("status %d: %s", status, out)
	}
	if out, status := script.try("sudo apt-get install -y nginx"); status == 0 || !strings.Contains(out, "read-only") {
		t.Errorf("apt-get: status %d: %s", status, out)
	}
}

func TestItEndsAsItIsTold(t *testing.T) {
	w := inNamespaces(t)
	s := w.spec()
	g := w.boot(s, machine.Boot{First: true})
	g.must("echo kept > kept; sudo shutdown -h now")
	g.expect(machine.PoweredOff)
	g.start(machine.Boot{})
	g.must("grep kept kept && sudo shutdown +60 && sudo shutdown -c")
	// The baker's dead-man timer.
	g.must("sudo systemd-run --on-active=1s --unit=dead-man /sbin/shutdown -h now")
	g.expect(machine.PoweredOff)
	g.start(machine.Boot{})
	g.Kill()
	g.expect(machine.Halted)
	if _, err := g.Dial(t.Context(), 22); err == nil {
		t.Error("it answers though it is off")
	}
	g.start(machine.Boot{})
	g.Shutdown(t.Context())
	g.expect(machine.Halted)
}

func TestNothingComesUpOnceItIsRemoved(t *testing.T) {
	w := inNamespaces(t)
	s := w.spec()
	m, err := w.host.New(s)
	if err != nil {
		t.Fatal(err)
	}
	booting, booted := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(booted)
		close(booting)
		m.Boot(t.Context(), machine.Boot{First: true}, func(machine.End) {}) // it may be too late, or end at once
	}()
	<-booting
	if err := m.Remove(); err != nil {
		t.Error(err)
	}
	<-booted
	if conn, err := m.Dial(t.Context(), 22); err == nil {
		conn.Close()
		t.Error("it runs, and its disk is gone")
	}
}

func TestMetadataWantsATokenIfThatIsRequired(t *testing.T) {
	w := inNamespaces(t)
	s := w.spec()
	required := false
	s.TokensRequired = func() bool { return required }
	s.Metadata = func(path string) (string, bool) { return s.ID, path == "meta-data/instance-id" }
	g := w.boot(s, machine.Boot{First: true})
	const code = "curl -s -o /dev/null -w '%{http_code}' "
	const url = "http://169.254.169.254/latest/meta-data/instance-id"
	if got := g.must("curl -s " + url); got != s.ID {
		t.Errorf("without a token: %q", got)
	}
	required = true
	if got := g.must(code + url); got != "401" {
		t.Errorf("without the token that is required: %s", got)
	}
	token := "T=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token); "
	if got := g.must(token + `curl -s -H "X-aws-ec2-metadata-token: $T" ` + url); got != s.ID {
		t.Errorf("with a token: %q", got)
	}
	if got := g.must(token + code + `-H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/nothing`); got != "404" {
		t.Errorf("of nothing: %s", got)
	}
}

func TestASessionHasOneTerminal(t *testing.T) {
	w := inNamespaces(t)
	g := w.boot(w.spec(), machine.Boot{First: true})
	s, err := g.client().NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RequestPty("vt100", 24, 80, nil); err != nil {
		t.Error(err)
	}
	if s.RequestPty("vt100", 24, 80, nil) == nil {
		t.Error("it got a second one")
	}
	out, err := s.Output("ls /dev/pts")
	if got := strings.Fields(string(out)); err != nil || len(got) != 2 { // its own, and ptmx
		t.Errorf("terminals: %q, %v", got, err)
	}
}

func TestOpenSSHWorksWithIt(t *testing.T) {
	for _, name := range []string{"ssh", "scp"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	if os.Getenv(ordinary) != "" {
		t.Skip("OpenSSH wants its user's home")
	}
	w := inNamespaces(t)
	g := w.boot(w.spec(), machine.Boot{First: true})
	identity := filepath.Join(w.dir, "key")
	if err := os.WriteFile(identity, w.pem, 0o600); err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(w.host.SSHPort())
	options := []string{"-F", "none", "-i", identity, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"}
	host := "admin@" + g.spec.Address.String()
	run := func(name string, args ...string) (string, error) {
		out, err := exec.CommandContext(t.Context(), name, append(append([]string{}, options...), args...)...).CombinedOutput()
		return string(out), err
	}
	out, err := run("ssh", "-p", port, host, "echo out; exit 7")
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 7 || out != "out\n" {
		t.Errorf("ssh: %v: %s", err, out)
	}
	out, err = run("ssh", "-tt", "-p", port, host, "tty && stty size")
	if err != nil || !strings.Contains(out, "/dev/pts/") {
		t.Errorf("ssh -t: %v: %s", err, out)
	}
	if out, err := run("scp", "-P", port, identity, host+":copied"); err != nil {
		t.Errorf("scp: %v: %s", err, out)
	}
	if got := g.must("cat copied"); got != strings.TrimSpace(string(w.pem)) {
		t.Errorf("scp stored %q", got)
	}
}
