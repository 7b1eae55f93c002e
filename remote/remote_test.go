package remote_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"gekko/remote"
	"gekko/remote/remotetest"
)

func key(t *testing.T) remote.Key {
	t.Helper()
	k, err := remote.NewKey("test")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// place is a server, what it takes to get in, and the folder that stands for
// its root.
func place(t *testing.T) (*remotetest.Server, remote.Host, string) {
	t.Helper()
	host, login, root := key(t), key(t), t.TempDir()
	s := remotetest.Serve(t, host.Signer, "root", login.Signer.PublicKey(), "DESTDIR="+root, "PATH="+os.Getenv("PATH"))
	return s, remote.Host{Address: s.Addr, User: "root", Key: host.Signer.PublicKey(), Login: login.Signer}, root
}

func dial(t *testing.T, h remote.Host) *remote.Session {
	t.Helper()
	s, err := remote.Dial(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestAHostWithAnotherKeyIsNotLoggedInTo(t *testing.T) {
	s, h, _ := place(t)
	s.Become(key(t).Signer, h.Login.PublicKey())
	if _, err := remote.Dial(t.Context(), h); !errors.Is(err, remote.ErrHostKey) {
		t.Errorf("error %v", err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ssh.NewSignerFromKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	s.Become(other, h.Login.PublicKey())
	if _, err := remote.Dial(t.Context(), h); !errors.Is(err, remote.ErrHostKey) || !strings.Contains(err.Error(), "ssh-ed25519") {
		t.Errorf("host without such a key: error %v", err)
	}
	if n := s.Tried(); n != 0 {
		t.Errorf("%d keys were offered to a host that is not the one meant", n)
	}
}

func TestALoginThatIsRefusedIsToldApart(t *testing.T) {
	_, h, _ := place(t)
	h.Login = key(t).Signer
	if _, err := remote.Dial(t.Context(), h); !errors.Is(err, remote.ErrLogin) || errors.Is(err, remote.ErrHostKey) {
		t.Errorf("error %v", err)
	}
}

func TestAwaitOutlastsABoot(t *testing.T) {
	s, h, _ := place(t)
	final, login := key(t), h.Login.PublicKey()
	h.Key = final.Signer.PublicKey()
	var told []error
	session, err := remote.Await(t.Context(), h, time.Millisecond, time.Minute, func(err error, _ time.Duration) {
		told = append(told, err)
		switch len(told) {
		case 2:
			s.Become(final.Signer, key(t).Signer.PublicKey()) // the user's key is not there yet
		case 4:
			s.Become(final.Signer, login)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for i, want := range []error{remote.ErrHostKey, remote.ErrHostKey, remote.ErrLogin, remote.ErrLogin} {
		if !errors.Is(told[i], want) {
			t.Errorf("failure %d: %v, want %v", i, told[i], want)
		}
	}
}

func TestAwaitGivesUpOnAWrongHostAndSaysThatNobodyLoggedIn(t *testing.T) {
	s, h, _ := place(t)
	h.Key = key(t).Signer.PublicKey()
	_, err := remote.Await(t.Context(), h, time.Millisecond, 20*time.Millisecond, nil)
	if !errors.Is(err, remote.ErrHostKey) || !strings.Contains(err.Error(), "nobody was logged in to") {
		t.Errorf("error %v", err)
	}
	if s.Tried() != 0 {
		t.Error("a key was offered")
	}
}

func TestOutputComesLineByLine(t *testing.T) {
	_, h, _ := place(t)
	s := dial(t, h)
	var got []string
	command := `printf 'one\ntwo\r\n  10%%\r 100%%\n\033[31mred\033[0m \007bell\377\n'; head -c 5000 /dev/zero | tr '\0' x; printf '\nlast'`
	if err := s.Run(t.Context(), command, nil, func(l string) { got = append(got, l) }); err != nil {
		t.Fatal(err)
	}
	want := []string{"one", "two", " 100%", "red bell�", strings.Repeat("x", 4096), strings.Repeat("x", 904), "last"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("lines %.300q", got)
	}
}

func TestAStatusIsAnErrorOfItsOwn(t *testing.T) {
	_, h, _ := place(t)
	s := dial(t, h)
	err := s.Run(t.Context(), "exit 3", nil, nil)
	exit, ok := errors.AsType[*remote.ExitError](err)
	if !ok || exit.Status != 3 {
		t.Errorf("error %v", err)
	}
}

func TestAnEndingContextEndsTheCommandAndItsChildren(t *testing.T) {
	_, h, root := place(t)
	s := dial(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	pids := filepath.Join(root, "pids")
	err := s.Run(ctx, "echo $$ > "+pids+"; sleep 600 & echo $! >> "+pids+"; echo ready; wait", nil, func(string) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	for word := range strings.FieldsSeq(string(text)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		if !ended(pid) {
			t.Errorf("process %d is still there", pid)
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// ended waits a moment for a process to go. An orphan that nobody reaps has
// ended too.
func ended(pid int) bool {
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return true
		}
	}
	return false
}

func TestFilesAndTreesAreBroughtOver(t *testing.T) {
	_, h, root := place(t)
	s := dial(t, h)
	content := make([]byte, 100_000)
	if _, err := rand.Read(content); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "/etc/it's here", []remote.File{{Name: "app.conf", Mode: 0o640, Content: content}}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "etc/it's here/app.conf")
	got, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "bin/run", Mode: 0o755, Size: 2, Uid: 4242, Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("hi")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Unpack(t.Context(), &b, "/var/lib/x"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(root, "var/lib/x/bin/run"))
	if err != nil || info.Mode().Perm() != 0o755 || info.Sys().(*syscall.Stat_t).Uid == 4242 {
		t.Errorf("unpacked %v, %v", info, err)
	}
}

func TestAnUploadThatFailsSaysWhy(t *testing.T) {
	_, h, root := place(t)
	s := dial(t, h)
	if err := os.WriteFile(filepath.Join(root, "etc"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := s.Put(t.Context(), "/etc/app", []remote.File{{Name: "conf", Mode: 0o644}})
	if err == nil || !strings.Contains(err.Error(), "upload to /etc/app") || !strings.Contains(err.Error(), "File exists") && !strings.Contains(err.Error(), "Not a directory") {
		t.Errorf("error %v", err)
	}
}
