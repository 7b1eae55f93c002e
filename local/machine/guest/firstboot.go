//go:build linux

package guest

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
)

// firstBoot does what cloud-init does: before anybody can log in, keys and
// files; after services have started, commands and scripts.
type firstBoot struct {
	system *system
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

func newFirstBoot(s *system) *firstBoot { return &firstBoot{system: s, done: make(chan struct{})} }

// begin is the stage before logins. What is wrong with user data is reported,
// and the machine boots nevertheless, as a real one.
func (b *firstBoot) begin() error {
	s := b.system
	if err := b.machineID(); err != nil {
		return err
	}
	if !s.config.Boot.First {
		return nil
	}
	instance := filepath.Join(cloudDir, "instances", s.config.ID)
	if err := os.MkdirAll(s.path(instance+"/scripts"), 0o755); err != nil {
		return err
	}
	current := s.path(cloudDir + "/instance")
	os.RemoveAll(current)
	if err := os.Symlink(instance, current); err != nil {
		return err
	}
	if err := os.MkdirAll(s.path(cloudDir+"/data"), 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{"/data/instance-id": s.config.ID + "\n", "/instance/user-data.txt": string(s.config.Boot.UserData)} {
		if err := os.WriteFile(s.inside(cloudDir+name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	b.authorize(s.config.Boot.AuthorizedKeys)
	var err error
	if b.data, err = parseUserData(s.config.Boot.UserData); err != nil {
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

// inside follows cloud-init's own link where the machine's root is a folder.
func (s *system) inside(path string) string {
	return s.path(strings.Replace(path, cloudDir+"/instance/", cloudDir+"/instances/"+s.config.ID+"/", 1))
}

// machineID gives a machine that has none, as an image should, one of its own.
func (b *firstBoot) machineID() error {
	path := b.system.path("/etc/machine-id")
	if data, err := os.ReadFile(path); err == nil && len(strings.TrimSpace(string(data))) == 32 {
		return nil
	}
	id := make([]byte, 16)
	rand.Read(id)
	return os.WriteFile(path, fmt.Appendf(nil, "%x\n", id), 0o444)
}

func (b *firstBoot) fail(err error) {
	b.system.say("cloud-init: %v", err)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.errors = append(b.errors, err.Error())
}

// authorize adds keys to those of the login user.
func (b *firstBoot) authorize(keys []string) {
	s := b.system
	dir := filepath.Join(s.home(s.login), ".ssh")
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
	for _, p := range []string{s.home(s.login), dir, path} {
		err = errors.Join(err, s.give(p, s.login))
	}
	if err != nil {
		b.fail(fmt.Errorf("authorized keys: %w", err))
	}
}

// give makes a user of the machine the owner of a file.
func (s *system) give(path string, u user) error {
	if !s.config.Mapped {
		return nil
	}
	return os.Lchown(path, u.UID, u.GID)
}

// hostKeys are the one given, or new ones: an image's are never its instances'.
func (b *firstBoot) hostKeys() {
	dir := b.system.path("/etc/ssh")
	c := b.data.Config
	if c.SSHDeleteKeys == nil || *c.SSHDeleteKeys {
		deleteHostKeys(dir)
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
	if _, err := readHostKeys(dir); err != nil {
		b.fail(fmt.Errorf("ssh_keys: %w", err))
		deleteHostKeys(dir)
	}
}

func (b *firstBoot) write(f writeFile) error {
	s := b.system
	data, err := f.content()
	if err != nil {
		return err
	}
	mode, err := f.mode()
	if err != nil {
		return err
	}
	path := s.path(f.Path)
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
	u, err := lookUp(s.config.Root, name)
	if err != nil {
		return err
	}
	if group != "" {
		if u.GID, err = groupID(s.config.Root, group); err != nil {
			return err
		}
	}
	return s.give(path, u)
}

// finish is the stage after services have started.
func (b *firstBoot) finish() {
	defer close(b.done)
	s := b.system
	if s.config.Boot.First {
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
	if os.MkdirAll(s.path(cloudDir+"/data"), 0o755) == nil {
		os.WriteFile(s.path(cloudDir+"/data/result.json"), result, 0o644)
	}
	if fileExists(s.inside(cloudDir + "/instance/scripts")) {
		os.WriteFile(s.inside(cloudDir+"/instance/boot-finished"), []byte(time.Now().UTC().Format(time.RFC3339)+"\n"), 0o644)
	}
	s.say("cloud-init: finished with %d errors", len(wrong))
}

func (b *firstBoot) runScript(name string, commands []any) {
	text, err := script(commands)
	if err != nil {
		b.fail(err)
		return
	}
	b.run(name, text)
}

// run runs a script as root, its output going to cloud-init's log and the
// console.
func (b *firstBoot) run(name, text string) {
	s := b.system
	if s.config.Confine != control.Namespaces {
		b.fail(fmt.Errorf("%s: user data with commands is refused here: its paths would be the host's, as no namespaces can be had", name))
		return
	}
	path := cloudDir + "/instances/" + s.config.ID + "/scripts/" + name
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		b.fail(err)
		return
	}
	out, err := s.tee(cloudLog, "cloud-init: ")
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
	root := user{Name: "root", Home: "/root", Shell: "/bin/bash"}
	ch, err := s.start(program{Args: []string{path}, Env: s.userEnvironment(root), User: root, Files: [3]*os.File{in, out, out}})
	if err != nil {
		b.fail(fmt.Errorf("%s: %w", name, err))
		return
	}
	if status := ch.wait(); status != 0 {
		b.fail(fmt.Errorf("%s: exit status %d", name, status))
	}
}

// cloudInit is the command: recipes wait for it, and clean up after it.
func (s *system) cloudInit(c *call) int {
	if len(c.Args) == 0 {
		return c.fail(2, "status, clean or --version?")
	}
	switch verb := c.Args[0]; verb {
	case "--version", "-v":
		c.print("/usr/bin/cloud-init 24.1 (embedded)")
		return 0
	case "status":
		return s.cloudStatus(c)
	case "clean":
		if !s.root(c) {
			return c.fail(1, "Access denied: only root may")
		}
		return s.cloudClean(c)
	default:
		return c.fail(2, "%s is not supported here", verb)
	}
}

func (s *system) cloudStatus(c *call) int {
	if slices.Contains(c.Args, "--wait") || slices.Contains(c.Args, "-w") {
		<-s.first.done
	}
	s.first.mu.Lock()
	defer s.first.mu.Unlock()
	state := "running"
	select {
	case <-s.first.done:
		state = "done"
		if len(s.first.errors) > 0 {
			state = "error"
		}
	default:
	}
	c.print("status: %s", state)
	if slices.Contains(c.Args, "--long") || slices.Contains(c.Args, "-l") {
		c.print("detail: DataSourceEc2Local\nerrors: %s", strings.Join(s.first.errors, "; "))
	}
	if state == "error" {
		return 1
	}
	return 0
}

func (s *system) cloudClean(c *call) int {
	var failed error
	entries, err := os.ReadDir(s.path(cloudDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c.fail(1, "%v", err)
	}
	for _, e := range entries {
		if e.Name() != "seed" || slices.Contains(c.Args, "--seed") || slices.Contains(c.Args, "-s") {
			failed = errors.Join(failed, os.RemoveAll(s.path(cloudDir+"/"+e.Name())))
		}
	}
	for _, arg := range c.Args[1:] {
		switch arg {
		case "--logs", "-l":
			logs, _ := filepath.Glob(s.path("/var/log/cloud-init*.log"))
			for _, l := range logs {
				failed = errors.Join(failed, os.Remove(l))
			}
		case "--machine-id":
			failed = errors.Join(failed, os.Chmod(s.path("/etc/machine-id"), 0o644), os.WriteFile(s.path("/etc/machine-id"), []byte("uninitialized\n"), 0o444))
		case "--seed", "-s", "-c", "--configs", "all", "ssh_config", "network":
		case "--reboot", "-r":
			return s.power(&call{Name: "reboot", uid: c.uid, files: c.files})
		default:
			return c.fail(2, "clean: %s is not supported here", arg)
		}
	}
	if failed != nil {
		return c.fail(1, "%v", failed)
	}
	return 0
}
