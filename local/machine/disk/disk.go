//go:build linux

// Package disk makes the disks that machines start from, and copies them. It
// works on folders, and knows nothing of the machines that use them nor of how
// they are confined.
package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gekko/local/machine/control"
)

// hostEtc are the parts of the host's /etc that programs in /usr need. None
// holds anything of the host's own users; what not everybody may read is left
// out besides.
var hostEtc = [...]string{
	"bash.bashrc", "ca-certificates", "ca-certificates.conf", "crypto-policies", "debian_version", "gai.conf",
	"host.conf", "inputrc", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "localtime", "login.defs", "magic",
	"mime.types", "networks", "pki/ca-trust", "pki/tls", "protocols", "rpc", "services", "shells", "skel", "ssl", "terminfo",
	"timezone", "xattr.conf",
}

// disk writes a base's root into a new folder.
type disk struct {
	dir    string
	mapped bool // users besides root exist
	owner  int  // host user that root's files belong to; -1: the caller
	err    error
}

// Write makes the disk of a base image. Only its users' and programs'
// files are on it: /usr is the host's.
func Write(dir string, b control.Base, mapped bool, owner int) error {
	d := &disk{dir: dir, mapped: mapped, owner: owner}
	for _, name := range []string{
		"", "dev", "etc/systemd/system/multi-user.target.wants", "home", "media", "mnt", "opt", "proc", "run", "srv", "sys", "usr",
		"var/lib/cloud", "var/log/journal", "var/spool", "var/mail", "var/cache/go-build", "etc/default", "etc/profile.d", "etc/sudoers.d", "etc/sysctl.d",
	} {
		d.folder(name, 0o755)
	}
	// What the host has in these is laid under them; an ordinary user's machine
	// could not write to the host's own.
	for _, name := range []string{"bin", "etc", "include", "lib", "libexec", "sbin", "share", "src"} {
		d.folder(control.LayerDir+"/usr/local/upper/"+name, 0o755)
	}
	d.folder("root", 0o700)
	d.folder("tmp", 0o777|fs.ModeSticky)
	d.folder("var/tmp", 0o777|fs.ModeSticky)
	d.link("../run", "var/run")
	d.link("../run/lock", "var/lock")
	for _, name := range hostEtc {
		d.copyEtc(name)
	}
	d.users(b)
	for name, text := range etc(b) {
		d.file("etc/"+name, text, 0o644)
	}
	d.file("etc/shadow", d.shadow(b), 0o640)
	d.file("etc/gshadow", "", 0o640)
	d.file("etc/sudoers.d/90-cloud-init-users", b.User+" ALL=(ALL) NOPASSWD:ALL\n", 0o440)
	d.own(b.User)
	return d.err
}

// etc are a base's own settings.
func etc(b control.Base) map[string]string {
	return map[string]string{
		"os-release":      b.OSRelease,
		"nsswitch.conf":   "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n",
		"resolv.conf":     "# No name server: what goes out goes through http_proxy.\n",
		"fstab":           "",
		"machine-id":      "",
		"default/useradd": "SHELL=/bin/sh\n",
		"profile": `# What init gives a session, a login shell keeps.
[ -r /etc/environment ] && set -a && . /etc/environment && set +a
[ "${PS1-}" ] && PS1='\u@\h:\w\$ '
for i in /etc/profile.d/*.sh; do [ -r "$i" ] && . "$i"; done
unset i
`,
	}
}

func (d *disk) users(b control.Base) {
	var passwd, group strings.Builder
	id := func(n int) int {
		if d.mapped {
			return n
		}
		return 0
	}
	add := func(name string, n int, home, shell string) {
		fmt.Fprintf(&passwd, "%s:x:%d:%d::%s:%s\n", name, id(n), id(n), home, shell)
		fmt.Fprintf(&group, "%s:x:%d:\n", name, id(n))
	}
	add("root", 0, "/root", "/bin/bash")
	for _, u := range []struct {
		name string
		id   int
	}{{"daemon", 1}, {"bin", 2}, {"sys", 3}, {"mail", 8}, {"www-data", 33}, {"sshd", 106}, {"nobody", control.Nobody}} {
		add(u.name, u.id, "/nonexistent", "/usr/sbin/nologin")
	}
	fmt.Fprintf(&group, "tty:x:%d:\nadm:x:%d:\nsudo:x:%d:%s\nwheel:x:%d:%s\nusers:x:%d:\nnogroup:x:%d:\n", id(5), id(4), id(27), b.User, id(10), b.User, id(100), id(control.Nobody))
	add(b.User, control.LoginUser, "/home/"+b.User, "/bin/bash")
	d.file("etc/passwd", passwd.String(), 0o644)
	d.file("etc/group", group.String(), 0o644)
	d.folder("home/"+b.User, 0o755)
	d.folder("home/"+b.User+"/.ssh", 0o700)
}

func (d *disk) shadow(b control.Base) string {
	var text strings.Builder
	for _, name := range []string{"root", "daemon", "bin", "sys", "mail", "www-data", "sshd", "nobody", b.User} {
		fmt.Fprintf(&text, "%s:*:20000:0:99999:7:::\n", name)
	}
	return text.String()
}

// copyEtc copies a file or folder of the host's /etc as far as everybody may
// read it.
func (d *disk) copyEtc(name string) {
	top := filepath.Join("/etc", name)
	d.note(filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return skipAbsent(err)
		}
		info, err := e.Info()
		if err != nil {
			return skipAbsent(err)
		}
		if slices.Contains(control.ShownEtc(), path) {
			d.folder(strings.TrimPrefix(path, "/"), 0o755)
			return fs.SkipDir
		}
		inside := strings.TrimPrefix(path, "/")
		switch mode := info.Mode(); {
		case mode.Type() == fs.ModeSymlink:
			target, err := os.Readlink(path)
			if err != nil {
				return skipAbsent(err)
			}
			d.folder(filepath.Dir(inside), 0o755)
			d.link(target, inside)
		case mode.IsDir() && mode.Perm()&0o005 != 0o005:
			return fs.SkipDir
		case mode.IsDir():
			d.folder(inside, 0o755)
		case mode.IsRegular() && mode.Perm()&0o004 != 0:
			text, err := os.ReadFile(path)
			if err != nil {
				return skipAbsent(err)
			}
			d.folder(filepath.Dir(inside), 0o755)
			d.file(inside, string(text), mode.Perm()&0o755)
		}
		return nil
	}))
}

func skipAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

func (d *disk) folder(name string, mode fs.FileMode) {
	path := filepath.Join(d.dir, name)
	d.note(os.MkdirAll(path, 0o755))
	d.note(os.Chmod(path, mode))
}

func (d *disk) file(name, text string, mode fs.FileMode) {
	path := filepath.Join(d.dir, name)
	d.note(os.WriteFile(path, []byte(text), mode))
	d.note(os.Chmod(path, mode))
}

func (d *disk) link(target, name string) {
	if err := os.Symlink(target, filepath.Join(d.dir, name)); !errors.Is(err, fs.ErrExist) {
		d.note(err)
	}
}

// own gives everything to the machine's root, and its home to the login user.
func (d *disk) own(login string) {
	if d.owner < 0 {
		return
	}
	home := filepath.Join(d.dir, "home", login)
	d.note(filepath.WalkDir(d.dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		id := d.owner
		if d.mapped && (path == home || strings.HasPrefix(path, home+"/")) {
			id += control.LoginUser
		}
		return os.Lchown(path, id, id)
	}))
}

// note keeps the first error.
func (d *disk) note(err error) {
	if d.err == nil {
		d.err = err
	}
}
