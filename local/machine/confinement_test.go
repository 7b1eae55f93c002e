//go:build linux

package machine_test

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gekko/local/machine"
)

func TestAMachineReachesNothingOfItsHost(t *testing.T) {
	w := inNamespaces(t)
	secret := filepath.Join(w.dir, "secret")
	if err := os.WriteFile(secret, []byte("the caller's own"), 0o644); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", "@machine-test-"+strconv.Itoa(os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	web, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer web.Close()
	key := "machine-test-" + strconv.Itoa(os.Getpid())
	for _, ring := range []int{unix.KEY_SPEC_SESSION_KEYRING, unix.KEY_SPEC_USER_KEYRING} {
		unix.AddKey("user", key, []byte("the caller's own"), ring) // a kernel without keys has none to give away
	}
	shared, err := unix.SysvShmGet(os.Getpid(), 4096, unix.IPC_CREAT|0o666)
	if err == nil {
		defer unix.SysvShmCtl(shared, unix.IPC_RMID, nil)
	}
	g := w.boot(w.spec(), machine.Boot{First: true})
	other := w.boot(w.spec(), machine.Boot{First: true})
	for what, command := range map[string]string{
		"a file of the caller":            "sudo cat " + secret,
		"it by init's root":               "sudo cat /proc/1/root" + secret,
		"it by the way up":                "sudo cat /../../.." + secret,
		"another machine's disk":          "sudo ls " + filepath.Dir(w.dir),
		"the host's shadow":               "sudo grep -v '^[a-z-]*:[*!]' /etc/shadow",
		"the host's home":                 "sudo ls /home/ | grep -v admin",
		"a host's process":                fmt.Sprintf("sudo kill -0 %d", os.Getpid()),
		"an abstract socket":              "perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Peer => \"\\0machine-test-" + strconv.Itoa(os.Getpid()) + "\") or exit 1'",
		"the host's loopback":             "curl -s http://" + web.Addr().String(),
		"it by the proxy":                 "curl -sf --noproxy '' -x $http_proxy http://" + web.Addr().String(),
		"another machine's address":       fmt.Sprintf("curl -s telnet://%s:%d -m 1", other.spec.Address, w.host.SSHPort()),
		"/usr":                            "sudo touch /usr/bin/x",
		"/usr, mounted again":             "sudo mount -o remount,rw /usr",
		"the caller's keys":               fmt.Sprintf("perl -e 'exit(syscall(%d, \"user\", \"%s\", 0, 0) < 0 ? 1 : 0)'", unix.SYS_REQUEST_KEY, key),
		"the caller's shared memory":      fmt.Sprintf("perl -e 'exit(defined shmget(%d, 1, 0) ? 0 : 1)'", os.Getpid()),
		"a host's process, to trace it":   fmt.Sprintf("sudo perl -e 'exit(syscall(%d, %d, %d, 0, 0) < 0 ? 1 : 0)'", unix.SYS_PTRACE, unix.PTRACE_ATTACH, os.Getpid()),
		"the host's memory":               "sudo head -c 1 /proc/kcore",
		"the host's devices":              "sudo mount -t devtmpfs none /mnt && sudo ls /mnt/console",
		"the host's cgroups":              "sudo mount -t cgroup2 none /mnt && sudo sh -c 'ls -d /mnt/*/'",
		"the host's loopback by IPv6":     "curl -sf http://[::1]:" + strconv.Itoa(web.Addr().(*net.TCPAddr).Port),
		"another machine's metadata":      "curl -s -H 'Host: " + other.spec.Address.String() + "' http://169.254.169.254/latest/meta-data/instance-id | grep -x " + other.spec.ID,
		"another machine's port":          fmt.Sprintf("curl -s -m 1 telnet://%s:22", other.spec.Address),
		"the kernel":                      "sudo sh -c 'echo x > /proc/sys/kernel/core_pattern'",
		"the kernel's crash key":          "sudo sh -c 'echo b > /proc/sysrq-trigger'",
		"the host's copy of this program": "sudo sh -c 'echo >> /proc/1/exe'",
		"a disk of the host":              "sudo mknod /tmp/sda b 8 0 && sudo head -c 1 /tmp/sda",
		"a root without namespaces":       "sudo nsenter -t 1 -m true && sudo cat " + secret,
	} {
		if out, status := g.try(command); status == 0 {
			t.Errorf("%s can be reached: %s\n%s", what, command, out)
		}
	}
	if got := g.must("cat /proc/self/mountinfo | grep -c host; sudo env | grep -ci aws_ || true"); !strings.HasSuffix(got, "0") {
		t.Errorf("it sees %s", got)
	}
}

func TestALinkLeftOnTheDiskLeadsNowhere(t *testing.T) {
	w := inNamespaces(t)
	outside := filepath.Join(w.dir, "outside")
	if err := os.Mkdir(outside, 0o777); err != nil {
		t.Fatal(err)
	}
	g := w.boot(w.spec(), machine.Boot{First: true})
	g.must("sudo umount /var/cache/go-build && sudo rm -rf /var/cache /media && sudo ln -s " + outside + " /var/cache && sudo ln -s " + outside + " /media && sudo ln -sf " + outside + "/hosts /etc/hosts")
	g.Kill()
	g.expect(machine.Halted)
	m := g.Machine
	m.Boot(t.Context(), machine.Boot{}, func(machine.End) {}) // that it cannot is its own fault
	entries, err := os.ReadDir(outside)
	if err != nil || len(entries) > 0 {
		t.Errorf("outside holds %v, %v", entries, err)
	}
}

func TestNothingIsLeftWhenItsProcessIsKilled(t *testing.T) {
	for _, kind := range []string{machine.Namespaces, machine.Landlock} {
		t.Run(kind, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "killed-")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(dir)
			cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
			cmd.Env = append(os.Environ(), "MACHINE_TEST_HOST="+filepath.Join(dir, filepath.Base(dir)), "MACHINE_TEST_KIND="+kind)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil || strings.HasPrefix(line, "none") {
				cmd.Wait()
				t.Skip(line, err)
			}
			run := strings.TrimSpace(line)
			eventually(t, func() error {
				if len(living(run)) == 0 {
					return errors.New("the machine's processes cannot be told")
				}
				return nil
			})
			cmd.Process.Kill()
			cmd.Wait()
			eventually(t, func() error {
				if left := living(run); len(left) > 0 {
					return fmt.Errorf("left: %v", left)
				}
				return nil
			})
			// The next run beside it clears the folder.
			h, err := machine.Open(t.Context(), machine.Options{Dir: filepath.Join(filepath.Dir(run), "next-"+filepath.Base(dir)), Confine: kind})
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			if _, err := os.Stat(run); !os.IsNotExist(err) {
				t.Errorf("the dead run's folder is left: %v", err)
			}
		})
	}
}

// living lists processes whose command line or environment names a machine of
// the run.
func living(run string) []string {
	var found []string
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		env, _ := os.ReadFile(filepath.Join(dir, "environ"))
		mark := "mark-" + filepath.Base(run)
		exe, _ := os.Readlink(filepath.Join(dir, "exe"))
		if strings.Contains(string(line), mark) || strings.Contains(string(env), mark) || strings.HasPrefix(exe, run+"/") {
			found = append(found, dir+" "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

func TestWithoutNamespacesItIsConfinedToItsFolder(t *testing.T) {
	dir, err := os.MkdirTemp("", "landlock-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chmod(dir, 0o711)
	w := open(t, machine.Options{Confine: machine.Landlock, Dir: filepath.Join(dir, "run")})
	baker := w.boot(w.spec(), machine.Boot{First: true})
	text := base64.StdEncoding.EncodeToString([]byte(web))
	unit := base64.StdEncoding.EncodeToString([]byte(unitFile))
	baker.must("echo " + text + " | base64 -d > $DESTDIR/opt/web && chmod 755 $DESTDIR/opt/web && echo " + unit + " | base64 -d > $DESTDIR/etc/systemd/system/web.service && sudo systemctl enable --now web")
	if got := baker.await(8080); got != "hello there" {
		t.Errorf("it says %q", got)
	}
	secret := filepath.Join(w.dir, "secret")
	if err := os.WriteFile(secret, []byte("the caller's own"), 0o644); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	os.Chmod(filepath.Join(dir, "socket"), 0o777)
	for what, command := range map[string]string{
		"a file of the caller":   "cat " + secret,
		"a link to it":           "ln -s " + secret + " $DESTDIR/l && cat $DESTDIR/l",
		"the host's /tmp":        "touch /tmp/machine-test",
		"a socket of the caller": "perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Peer => \"" + dir + "/socket\") or exit 1'",
		"a host's process":       fmt.Sprintf("kill -0 %d", os.Getpid()),
		"the host's processes":   "ls /proc/",
		"the host's network":     "curl -s http://127.0.0.1:1/ || test $? != 7",
		"the keeper":             "kill -9 $PPID",
	} {
		if out, status := baker.try(command); status == 0 {
			t.Errorf("%s can be reached: %s\n%s", what, command, out)
		}
	}
	// What Landlock does not hold is told, and no more than that is open.
	_, status := baker.try("chmod 600 " + secret)
	if gap := w.host.Gap(); (status == 0) != (gap != "") || gap != "" && !strings.Contains(gap, "modes") {
		t.Errorf("changing a mode of the caller's ends with status %d, and the gap told is %q", status, gap)
	}
	baker.Shutdown(t.Context())
	baker.expect(machine.Halted)
	image := filepath.Join(w.dir, "image")
	if err := baker.Freeze(t.Context(), image); err != nil {
		t.Fatal(err)
	}
	s := w.spec()
	s.Image = image
	g := w.boot(s, machine.Boot{First: true, User: "admin", UserData: []byte("#!/bin/sh\ntrue\n")})
	if got := g.await(8080); got != "hello there" {
		t.Errorf("the image's machine says %q", got)
	}
	if out, status := g.try("cloud-init status --wait --long"); status != 1 || !strings.Contains(out, "refused") {
		t.Errorf("a script as user data: status %d: %s", status, out)
	}
	g.must("sudo shutdown -h now")
	g.expect(machine.PoweredOff)
}

func TestWithoutAnyConfinementItIsRefused(t *testing.T) {
	_, err := machine.Open(t.Context(), machine.Options{Confine: machine.None, Dir: filepath.Join(t.TempDir(), "run")})
	if err == nil || !strings.Contains(err.Error(), "--unconfined") {
		t.Errorf("it says %v", err)
	}
}
