package bake_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"gekko"
	"gekko/remote/remotetest"
)

// fake is a cloud that keeps in memory what a bake makes, and is cut off at will. Its one
// builder is a folder of this machine behind a real SSH server.
type fake struct {
	t    *testing.T
	root string // the builder's
	bin  string // commands that the builder has besides this machine's

	mu        sync.Mutex
	calls     []string
	cut       string           // this call and all after it fail
	lose      string           // this call works, but its answer is lost, and all after it fail
	miss      string           // this call works, but its answer is lost, and all after it work
	broken    map[string]error // what the next call of a verb fails with
	unknown   int              // for so many looks the builder is not known yet
	keys      map[string]ssh.PublicKey
	marks     map[string]gekko.Bake // of keys and groups
	groups    map[string]string     // id to what it lets in
	plan      gekko.BuilderPlan
	builder   gekko.Builder
	cleared   bool
	snapshots []gekko.Snapshot
	server    *remotetest.Server
	stranger  bool // the builder shows another host key
}

func newCloud(t *testing.T) *fake { return newCloudAt(t, t.TempDir()) }

// newCloudAt is a cloud whose builder has a folder for its root, or, if it is
// empty, this machine's own.
func newCloudAt(t *testing.T, root string) *fake {
	c := &fake{
		t: t, root: root, bin: t.TempDir(),
		broken: map[string]error{},
		keys:   map[string]ssh.PublicKey{}, marks: map[string]gekko.Bake{}, groups: map[string]string{},
	}
	c.command("sudo", `exec "$@"`)
	c.command("cloud-init", "exit 0")
	c.command("systemctl", `echo "systemctl $*" >>"$DESTDIR/systemctl"`)
	nobody := newSigner(t)
	c.server = remotetest.Serve(t, nobody, "admin", nobody.PublicKey(), "PATH="+c.bin+":"+os.Getenv("PATH"), "DESTDIR="+root)
	return c
}

// command gives the builder a command.
func (c *fake) command(name, script string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		c.t.Fatal(err)
	}
}

func (c *fake) executable(file string) {
	c.t.Helper()
	if err := os.Chmod(file, 0o755); err != nil {
		c.t.Fatal(err)
	}
}

// call notes a call, and fails if the cloud is cut off.
func (c *fake) call(ctx context.Context, format string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	text := fmt.Sprintf(format, args...)
	c.calls = append(c.calls, text)
	verb, _, _ := strings.Cut(text, " ")
	if c.cut != "" && (c.cut == verb || c.cut == "all") {
		c.cut = "all"
		return fmt.Errorf("%s: cut off", verb)
	}
	err := c.broken[verb]
	delete(c.broken, verb)
	return err
}

// answer is how a call that worked ends.
func (c *fake) answer(verb string) error {
	if c.miss == verb {
		c.miss = ""
		return fmt.Errorf("%s: answer missed", verb)
	}
	if c.lose != verb {
		return nil
	}
	c.cut = "all"
	return fmt.Errorf("%s: answer lost", verb)
}

func (c *fake) Base(ctx context.Context, b gekko.BaseImage) (gekko.Base, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return gekko.Base{ID: b.ID, Name: "debian-12-amd64-1", Root: "/dev/xvda", Volumes: []string{"/dev/xvda"}}, c.call(ctx, "Base")
}

func (c *fake) Snapshots(ctx context.Context, app gekko.AppName) ([]gekko.Snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]gekko.Snapshot(nil), c.snapshots...), c.call(ctx, "Snapshots")
}

func (c *fake) Snapshot(ctx context.Context, name gekko.SnapshotName) (gekko.Snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "Snapshot"); err != nil {
		return gekko.Snapshot{}, err
	}
	for i := range c.snapshots {
		if s := &c.snapshots[i]; s.Name == name {
			now := *s
			if s.State == gekko.SnapshotPending {
				s.State = gekko.SnapshotAvailable // at the next look
			}
			return now, nil
		}
	}
	return gekko.Snapshot{}, gekko.ErrNotFound
}

func (c *fake) Fits(gekko.Snapshot) error { return nil }

func (c *fake) Freeze(ctx context.Context, id gekko.InstanceID, s gekko.Snapshot) (gekko.ImageID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "Freeze %s", s.Name); err != nil {
		return "", err
	}
	for _, had := range c.snapshots {
		if had.Name == s.Name {
			return "", gekko.ErrConflict
		}
	}
	if c.builder.State != gekko.BuilderStopped || !c.cleared {
		c.t.Errorf("image of a builder that is %s, user data cleared: %v", c.builder.State, c.cleared)
	}
	s.Image, s.State = gekko.ImageID(fmt.Sprintf("ami-%08d", len(c.snapshots)+1)), gekko.SnapshotPending
	c.snapshots = append(c.snapshots, s)
	return s.Image, c.answer("Freeze")
}

func (c *fake) AddTemplate(ctx context.Context, s gekko.Snapshot) (gekko.Snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "AddTemplate %s", s.Name); err != nil {
		return s, err
	}
	for i := range c.snapshots {
		if c.snapshots[i].Name == s.Name {
			c.snapshots[i].Template = "lt-1"
		}
	}
	s.Template, s.Version = "lt-1", 1
	return s, c.answer("AddTemplate")
}

// hostKey is the private key within user data.
var hostKey = regexp.MustCompile(`(?s)ed25519_private: \|\n(.*END OPENSSH PRIVATE KEY-----)`)

func (c *fake) LaunchBuilder(ctx context.Context, p gekko.BuilderPlan) (gekko.InstanceID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "LaunchBuilder"); err != nil {
		return "", err
	}
	c.plan, c.cleared = p, false
	text := hostKey.FindSubmatch(p.UserData)
	if text == nil {
		c.t.Fatalf("no host key in user data:\n%s", p.UserData)
	}
	signer, err := ssh.ParsePrivateKey(bytes.ReplaceAll(bytes.TrimSpace(text[1]), []byte("\n    "), []byte("\n")))
	if err != nil {
		c.t.Fatal(err)
	}
	login, ok := c.keys[p.KeyPair]
	if !ok {
		c.t.Fatalf("no key pair %q", p.KeyPair)
	}
	if c.stranger {
		signer = newSigner(c.t)
	}
	c.server.Become(signer, login)
	c.builder = gekko.Builder{ID: "i-1", State: gekko.BuilderPending}
	return "i-1", c.answer("LaunchBuilder")
}

func (c *fake) Builder(ctx context.Context, id gekko.InstanceID) (gekko.Builder, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "Builder"); err != nil {
		return gekko.Builder{}, err
	}
	if c.unknown > 0 {
		c.unknown--
		return gekko.Builder{}, gekko.ErrNotFound
	}
	if id != c.builder.ID {
		return gekko.Builder{}, gekko.ErrNotFound
	}
	now := c.builder
	switch c.builder.State { // each look finds it a step further
	case gekko.BuilderPending:
		c.builder.State, c.builder.Address = gekko.BuilderRunning, "127.0.0.1"
	case gekko.BuilderStopping:
		c.builder.State = gekko.BuilderStopped
	case gekko.BuilderEnding:
		c.builder.State = gekko.BuilderEnded
	}
	return now, nil
}

func (c *fake) StopBuilder(ctx context.Context, id gekko.InstanceID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.builder.State = gekko.BuilderStopping
	return c.call(ctx, "StopBuilder")
}

func (c *fake) ClearUserData(ctx context.Context, id gekko.InstanceID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleared = true
	return c.call(ctx, "ClearUserData")
}

func (c *fake) EndBuilder(ctx context.Context, id gekko.InstanceID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "EndBuilder"); err != nil {
		return err
	}
	if id == c.builder.ID && c.builder.State != gekko.BuilderEnded && c.unknown == 0 {
		c.builder.State = gekko.BuilderEnding
	}
	return c.answer("EndBuilder")
}

func (c *fake) PublicKey(ctx context.Context, name string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key, ok := c.keys[name]
	if err := c.call(ctx, "PublicKey"); err != nil || !ok {
		return "", cmp.Or(err, gekko.ErrNotFound)
	}
	return string(ssh.MarshalAuthorizedKey(key)), nil
}

func (c *fake) ImportKey(ctx context.Context, name string, public []byte, bake gekko.Bake) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "ImportKey"); err != nil {
		return err
	}
	if had, taken := c.marks[name]; taken && had.ID != bake.ID {
		return gekko.ErrConflict
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(public)
	if err != nil {
		return err
	}
	c.keys[name], c.marks[name] = key, bake
	return c.answer("ImportKey")
}

func (c *fake) DeleteKey(ctx context.Context, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "DeleteKey"); err != nil {
		return err
	}
	delete(c.keys, name)
	return c.answer("DeleteKey")
}

func (c *fake) OpenGroup(ctx context.Context, name, subnet, cidr string, port int, bake gekko.Bake) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "OpenGroup"); err != nil {
		return "", err
	}
	id := fmt.Sprintf("sg-%d", len(c.calls))
	c.groups[id], c.marks[id] = cidr, bake
	if err := c.answer("OpenGroup"); err != nil {
		return "", err
	}
	return id, nil
}

func (c *fake) DeleteGroup(ctx context.Context, id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "DeleteGroup"); err != nil {
		return err
	}
	if s := c.builder.State; s != "" && s != gekko.BuilderEnded {
		return fmt.Errorf("%w: the builder is %s", gekko.ErrConflict, s)
	}
	delete(c.groups, id)
	return c.answer("DeleteGroup")
}

func (c *fake) CallerAddress(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return "203.0.113.9", c.call(ctx, "CallerAddress")
}

func (c *fake) Leftovers(ctx context.Context, app gekko.AppName) ([]gekko.Leftover, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "Leftovers"); err != nil {
		return nil, err
	}
	var left []gekko.Leftover
	if s := c.builder.State; s != "" && s != gekko.BuilderEnded {
		left = append(left, gekko.Leftover{Kind: gekko.LeftBuilder, ID: "i-1", Bake: c.plan.Bake})
	}
	for name := range c.keys {
		if strings.HasSuffix(name, "-builder") {
			left = append(left, gekko.Leftover{Kind: gekko.LeftKeyPair, ID: name, Bake: c.marks[name]})
		}
	}
	for id := range c.groups {
		left = append(left, gekko.Leftover{Kind: gekko.LeftSecurityGroup, ID: id, Bake: c.marks[id]})
	}
	for _, s := range c.snapshots {
		if s.Template == "" {
			left = append(left, gekko.Leftover{Kind: gekko.LeftImage, ID: string(s.Image), Bake: gekko.Bake{
				App: app, Snapshot: s.Name, Commit: s.Commit, Recipe: s.Recipe, Base: s.Base,
			}})
		}
	}
	return left, nil
}

func (c *fake) DropLeftover(ctx context.Context, l gekko.Leftover) error {
	switch l.Kind {
	case gekko.LeftKeyPair:
		return c.DeleteKey(ctx, l.ID)
	case gekko.LeftSecurityGroup:
		return c.DeleteGroup(ctx, l.ID)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.call(ctx, "DropLeftover %s", l.ID); err != nil {
		return err
	}
	for i, s := range c.snapshots {
		if string(s.Image) == l.ID {
			c.snapshots = append(c.snapshots[:i], c.snapshots[i+1:]...)
			break
		}
	}
	return nil
}

// remains says what a bake should have taken away and did not.
func (c *fake) remains() []string {
	left, err := c.Leftovers(context.Background(), "hello")
	if err != nil {
		c.t.Fatal(err)
	}
	var words []string
	for _, l := range left {
		words = append(words, l.String())
	}
	return words
}
