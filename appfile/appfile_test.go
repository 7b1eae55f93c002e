package appfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/appfile"
)

const whole = `
app: hello
account: 012345678901
region: eu-central-1
image:
  base: {name: "debian-12-amd64-*", owner: "136693071363"}
  instance-type: t3.medium
  ssh: {user: admin, port: 2222, key-pair: gekko, identity-file: keys/gekko.pem}
  ssh-from: 203.0.113.7
  subnet: subnet-0aa
  security-groups: [sg-0aa, sg-0bb]
  volume: {size: 16, encrypted: true}
  tune: false
source:
  git: https://example.org/hello.git
  ref: 1234567
recipe:
  - run: |
      make
      make install
  - copy: {from: ./conf//app.conf, to: /etc/hello/, mode: 0640}
service:
  command: /opt/hello/hello --verbose
  port: 8080
  env: {LEVEL: info, DEBUG: true, N: 3}
  user: nobody
  health: /healthz
group:
  subnets: [subnet-0aa, subnet-0bb]
  security-groups: [sg-0cc]
  key-pair: ops
  sizes: {min: 2, max: 6, desired: 1}
  target-tracking: {metric: requests, target: 1000}
  health-grace: 90s
balancer:
  listener: front:80
  rules: [default, 10]
release:
  soak: 2h
  warm-up: 0
  ramp: 0s
  canary: {size: 2, share: 10}
  kept: 1m
  max-hold: 3h
notify: {exec: [./tell, -n, -n]}
accept: [no-draining]
`

func TestAWholeFileIsRead(t *testing.T) {
	got, err := appfile.Parse("gekko.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := gekko.App{
		Name: "hello", Account: "012345678901", Region: "eu-central-1",
		Image: gekko.ImagePlan{
			Base:         gekko.BaseImage{Name: "debian-12-amd64-*", Owner: "136693071363"},
			InstanceType: "t3.medium", User: "admin", Port: 2222, KeyPair: "gekko", IdentityFile: "keys/gekko.pem",
			Subnet: "subnet-0aa", SecurityGroups: []string{"sg-0aa", "sg-0bb"}, SSHFrom: "203.0.113.7/32",
			VolumeGiB: 16, Encrypted: true, Untuned: true,
		},
		Source: gekko.Source{Git: "https://example.org/hello.git", Ref: "1234567"},
		Recipe: []gekko.RecipeStep{{Run: "make\nmake install\n"}, {Copy: "conf/app.conf", To: "/etc/hello/", Mode: "0640"}},
		Service: gekko.Service{
			Command: "/opt/hello/hello --verbose", Port: 8080, User: "nobody", Health: "/healthz",
			Env: map[string]string{"LEVEL": "info", "DEBUG": "true", "N": "3"},
		},
		Group: gekko.GroupPlan{
			InstanceTypes: []string{"t3.medium"}, Subnets: []string{"subnet-0aa", "subnet-0bb"},
			SecurityGroups: []string{"sg-0cc"}, KeyPair: "ops", Size: gekko.Size{Min: 2, Max: 6, Desired: 1},
			HealthGrace: 90 * time.Second, TargetTracking: &gekko.TargetTracking{Metric: "requests", Target: 1000},
		},
		Balancer: gekko.Balancer{Listener: "front:80", Rules: []string{"default", "10"}},
		Release: gekko.ReleasePolicy{
			Soak: 2 * time.Hour, WarmUp: -time.Second, Ramp: -time.Second, Canary: 2, SharePercent: 10,
			Kept: time.Minute, MaxHold: 3 * time.Hour,
		},
		Notify: gekko.Notify{Exec: []string{"./tell", "-n", "-n"}},
		Accept: []string{"no-draining"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTheTemplateIsAFileThatWorks(t *testing.T) {
	text := appfile.Template("hello", "us-east-1")
	got, err := appfile.Parse("gekko.yaml", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got.Name != "hello" || got.Region != "us-east-1" || got.Balancer.Listener != "hello:80" || got.Image.InstanceType != "t3.small" {
		t.Errorf("read %+v", got)
	}
	if strings.Contains(string(text), "@") {
		t.Error("a place of the template was not filled in")
	}
}

// What is commented out is promised to be a key: taking the comment sign away
// gives a file that reads, but for keys that exclude each other.
func TestTheTemplatesCommentedKeysExist(t *testing.T) {
	var lines []string
	for line := range strings.Lines(string(appfile.Template("hello", ""))) {
		bare := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(bare)]
		rest, commented := strings.CutPrefix(bare, "#")
		if commented && !strings.HasPrefix(rest, " ") || commented && strings.HasPrefix(rest, "  ") {
			line = indent + rest
		}
		for _, other := range []string{"parameter:", "classic:", "url:"} {
			if strings.HasPrefix(strings.TrimSpace(line), other) {
				line = ""
			}
		}
		lines = append(lines, line)
	}
	text := strings.Join(lines, "")
	if _, err := appfile.Parse("gekko.yaml", []byte(text)); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestPathsAreMeantFromTheFilesFolder(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "gekko.yaml")
	text := "app: a\nimage:\n  base: ami-01234567\n  ssh: {key-pair: k, identity-file: k.pem}\nsource: {git: ../code}\nnotify: {exec: [./tell]}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	app, err := appfile.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(folder, "../code"); app.Source.Git != want {
		t.Errorf("source %s, want %s", app.Source.Git, want)
	}
	if want := filepath.Join(folder, "k.pem"); app.Image.IdentityFile != want {
		t.Errorf("identity file %s, want %s", app.Image.IdentityFile, want)
	}
	if want := filepath.Join(folder, "tell"); app.Notify.Exec[0] != want {
		t.Errorf("program %s, want %s", app.Notify.Exec[0], want)
	}
}

func TestAProgramInTheSameFolderIsNotLookedForInPATH(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "app: a\nimage: {base: ami-01234567}\nnotify: {exec: [./tell]}\n"
	if err := os.WriteFile("gekko.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	app, err := appfile.Read("gekko.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := app.Notify.Exec[0]; got != "./tell" {
		t.Errorf("program %s, want ./tell", got)
	}
}

func TestAMissingFileSaysHowToBegin(t *testing.T) {
	_, err := appfile.Read(filepath.Join(t.TempDir(), "gekko.yaml"))
	if !errors.Is(err, gekko.ErrNotFound) || gekko.HintOf(err) != "gekko init" {
		t.Errorf("error %v, hint %q", err, gekko.HintOf(err))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add(appfile.Template("hello", ""))
	for _, b := range broken {
		f.Add([]byte(b.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		app, err := appfile.Parse("f", data)
		if err == nil {
			if _, bad := gekko.ParseAppName(string(app.Name)); bad != nil {
				t.Errorf("took app name %q", app.Name)
			}
			return
		}
		p, ok := errors.AsType[*appfile.Problems](err)
		if !ok || len(p.List) == 0 || !errors.Is(err, gekko.ErrInvalid) {
			t.Fatalf("error %v", err)
		}
		for _, x := range p.List {
			if x.Line < 1 || x.Column < 1 {
				t.Errorf("no place: %+v", x)
			}
		}
	})
}
