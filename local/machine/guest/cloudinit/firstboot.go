//go:build linux

package cloudinit

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/command"
	"gekko/local/machine/guest/process"
	"gekko/local/machine/guest/sshd"
)

// FirstBoot does what cloud-init does: before anybody can log in, keys and
// files; after services have started, commands and scripts.
type FirstBoot struct {
	system *process.System
	login  process.User
	power  func(*command.Call) int
	data   userData
	done   chan struct{}

	mu     sync.Mutex
	errors []string
}

// Places of cloud-init.
const (
	cloudDir = "/var/lib/cloud"
	cloudLog = "/var/log/cloud-init-output.log"
)

// New is of a machine whose users log in as login; power ends the machine, as a
// command asks for it.
func New(s *process.System, login process.User, power func(*command.Call) int) *FirstBoot {
	return &FirstBoot{system: s, login: login, power: power, done: make(chan struct{})}
}

// Begin is the stage before logins. What is wrong with user data is reported,
// and the machine boots nevertheless, as a real one.
func (b *FirstBoot) Begin() error {
	s := b.system
	if err := b.machineID(); err != nil {
		return err
	}
	if !s.Config.Boot.First {
		return nil
	}
	instance := filepath.Join(cloudDir, "instances", s.Config.ID)
	if err := os.MkdirAll(s.Path(instance+"/scripts"), 0o755); err != nil {
		return err
	}
	current := s.Path(cloudDir + "/instance")
	os.RemoveAll(current)
	if err := os.Symlink(instance, current); err != nil {
		return err
	}
	if err := os.MkdirAll(s.Path(cloudDir+"/data"), 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{"/data/instance-id": s.Config.ID + "\n", "/instance/user-data.txt": string(s.Config.Boot.UserData)} {
		if err := os.WriteFile(b.inside(cloudDir+name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	b.authorize(s.Config.Boot.AuthorizedKeys)
	var err error
	if b.data, err = parseUserData(s.Config.Boot.UserData); err != nil {
		b.fail(err)
	}
	b.hostKeys()
	b.authorize(b.data.Config.SSHAuthorizedKeys)
	if len(b.data.Config.BootCmd) > 0 {
		b.runScript("bootcmd", b.data.Config.BootCmd)
	}
	for _, f := range b.data.Config.WriteFiles {
		if err := b.write(f); err != nil {
			b.fail(fmt.Errorf("write_files: %s: %w", f.Path, err))
		}
	}
	return nil
}

// machineID gives a machine that has none, as an image should, one of its own.
func (b *FirstBoot) machineID() error {
	path := b.system.Path("/etc/machine-id")
	if data, err := os.ReadFile(path); err == nil && len(strings.TrimSpace(string(data))) == 32 {
		return nil
	}
	id := make([]byte, 16)
	rand.Read(id)
	return os.WriteFile(path, fmt.Appendf(nil, "%x\n", id), 0o444)
}

func (b *FirstBoot) fail(err error) {
	b.system.Say("cloud-init: %v", err)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.errors = append(b.errors, err.Error())
}

// authorize adds keys to those of the login user.
func (b *FirstBoot) authorize(keys []string) {
	s := b.system
	dir := filepath.Join(s.Home(b.login), ".ssh")
	path := filepath.Join(dir, "authorized_keys")
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.fail(err)
		return
	}
	lines := strings.Split(strings.TrimSpace(string(old)), "\n")
	for _, key := range keys {
		if key = strings.TrimSpace(key); key != "" && !slices.Contains(lines, key) {
			lines = append(lines, key)
		}
	}
	text := strings.TrimSpace(strings.Join(lines, "\n")) + "\n"
	err = errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, []byte(text), 0o600))
	for _, p := range []string{s.Home(b.login), dir, path} {
		err = errors.Join(err, s.Give(p, b.login))
	}
	if err != nil {
		b.fail(fmt.Errorf("authorized keys: %w", err))
	}
}

// hostKeys are the one given, or new ones: an image's are never its instances'.
func (b *FirstBoot) hostKeys() {
	dir := b.system.Path("/etc/ssh")
	c := b.data.Config
	if c.SSHDeleteKeys == nil || *c.SSHDeleteKeys {
		sshd.DeleteHostKeys(dir)
	}
	if len(c.SSHKeys) == 0 {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.fail(err)
		return
	}
	for name, key := range c.SSHKeys {
		kind, part, ok := strings.Cut(name, "_")
		if !ok || !slices.Contains([]string{"rsa", "ecdsa", "ed25519"}, kind) {
			b.fail(fmt.Errorf("ssh_keys: %s is not supported here", name))
			continue
		}
		path, mode := filepath.Join(dir, "ssh_host_"+kind+"_key"), fs.FileMode(0o600)
		switch part {
		case "public":
			path, mode = path+".pub", 0o644
		case "certificate":
			path, mode = path+"-cert.pub", 0o644
		}
		if err := os.WriteFile(path, []byte(strings.TrimSpace(key)+"\n"), mode); err != nil {
			b.fail(fmt.Errorf("ssh_keys: %w", err))
		}
	}
	if _, err := sshd.ReadHostKeys(dir); err != nil {
		b.fail(fmt.Errorf("ssh_keys: %w", err))
		sshd.DeleteHostKeys(dir)
	}
}

func (b *FirstBoot) write(f writeFile) error {
	s := b.system
	data, err := f.content()
	if err != nil {
		return err
	}
	mode, err := f.mode()
	if err != nil {
		return err
	}
	path := s.Path(f.Path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if f.Append {
		flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	file, err := os.OpenFile(path, flags, fs.FileMode(mode)&fs.ModePerm)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close(), os.Chmod(path, fs.FileMode(mode)&fs.ModePerm)); err != nil || f.Owner == "" {
		return err
	}
	name, group, _ := strings.Cut(f.Owner, ":")
	u, err := process.LookUp(s.Config.Root, name)
	if err != nil {
		return err
	}
	if group != "" {
		if u.GID, err = process.GroupID(s.Config.Root, group); err != nil {
			return err
		}
	}
	return s.Give(path, u)
}

// Finish is the stage after services have started.
func (b *FirstBoot) Finish() {
	defer close(b.done)
	s := b.system
	if s.Config.Boot.First {
		if len(b.data.Config.RunCmd) > 0 {
			b.runScript("runcmd", b.data.Config.RunCmd)
		}
		for i, text := range b.data.Scripts {
			b.run(fmt.Sprintf("part-%03d", i+1), text)
		}
	}
	b.mu.Lock()
	wrong := append([]string{}, b.errors...)
	b.mu.Unlock()
	state := map[string]any{"v1": map[string]any{"datasource": "DataSourceEc2Local", "errors": wrong}}
	result, err := json.MarshalIndent(state, "", " ")
	if err != nil {
		return
	}
	if os.MkdirAll(s.Path(cloudDir+"/data"), 0o755) == nil {
		os.WriteFile(s.Path(cloudDir+"/data/result.json"), result, 0o644)
	}
	if exists(b.inside(cloudDir + "/instance/scripts")) {
		os.WriteFile(b.inside(cloudDir+"/instance/boot-finished"), []byte(time.Now().UTC().Format(time.RFC3339)+"\n"), 0o644)
	}
	s.Say("cloud-init: finished with %d errors", len(wrong))
}

func (b *FirstBoot) runScript(name string, commands []any) {
	text, err := script(commands)
	if err != nil {
		b.fail(err)
		return
	}
	b.run(name, text)
}

// run runs a script as root, its output going to cloud-init's log and the
// console.
func (b *FirstBoot) run(name, text string) {
	s := b.system
	if s.Config.Confine != control.Namespaces {
		b.fail(fmt.Errorf("%s: user data with commands is refused here: its paths would be the host's, as no namespaces can be had", name))
		return
	}
	path := cloudDir + "/instances/" + s.Config.ID + "/scripts/" + name
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		b.fail(err)
		return
	}
	out, err := s.Tee(cloudLog, "cloud-init: ")
	if err != nil {
		b.fail(err)
		return
	}
	defer out.Close()
	in, err := os.Open(os.DevNull)
	if err != nil {
		b.fail(err)
		return
	}
	defer in.Close()
	root := process.User{Name: "root", Home: "/root", Shell: "/bin/bash"}
	ch, err := s.Start(process.Program{Args: []string{path}, Env: s.UserEnvironment(root), User: root, Files: [3]*os.File{in, out, out}})
	if err != nil {
		b.fail(fmt.Errorf("%s: %w", name, err))
		return
	}
	if status := ch.Wait(); status != 0 {
		b.fail(fmt.Errorf("%s: exit status %d", name, status))
	}
}

// inside follows cloud-init's own link where the machine's root is a folder.
func (b *FirstBoot) inside(path string) string {
	return b.system.Path(strings.Replace(path, cloudDir+"/instance/", cloudDir+"/instances/"+b.system.Config.ID+"/", 1))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
