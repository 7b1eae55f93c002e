package bake_test

import (
	"path/filepath"
	"strings"
	"testing"

	"gekko"
	"gekko/bake"
)

func TestCommandsBecomeWhatSystemdTakes(t *testing.T) {
	for command, want := range map[string]string{
		"/opt/hello/hello --port=80 -v": "ExecStart=/opt/hello/hello --port=80 -v",
		"hello":                         `ExecStart=/bin/sh -c "exec hello"`,
		`/opt/x --name="$HOSTNAME"`:     `ExecStart=/bin/sh -c "exec /opt/x --name=\"$$HOSTNAME\""`,
		"cd /opt && ./x":                `ExecStart=/bin/sh -c "cd /opt && ./x"`,
		"A=1 hello":                     `ExecStart=/bin/sh -c "A=1 hello"`,
		"exec hello":                    `ExecStart=/bin/sh -c "exec hello"`,
		`/opt/x 100%`:                   `ExecStart=/bin/sh -c "exec /opt/x 100%%"`,
	} {
		unit := unitOf(t, gekko.Service{Command: command, Port: 80})
		if !strings.Contains(unit, want+"\n") {
			t.Errorf("%s became\n%s", command, unit)
		}
	}
}

func TestAServiceOfAUserMayHaveALowPort(t *testing.T) {
	unit := unitOf(t, gekko.Service{Command: "sleep", Port: 80, User: "nobody"})
	if !strings.Contains(unit, "User=nobody\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n") {
		t.Error(unit)
	}
}

func unitOf(t *testing.T, s gekko.Service) string {
	t.Helper()
	c := newCloud(t)
	for _, program := range []string{"opt/hello/hello", "opt/x"} {
		file := filepath.Join(c.root, program)
		write(t, file, "#!/bin/sh\n")
		c.executable(file)
	}
	b, _ := baker(c)
	a := app(c, repository(t, files))
	a.Recipe, a.Service = nil, s
	if _, _, err := b.Create(t.Context(), bake.Request{App: a}); err != nil {
		t.Fatal(err)
	}
	return read(t, filepath.Join(c.root, "etc/systemd/system/hello.service"))
}

func TestAServiceThatCouldNotStartFailsTheBake(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*fake, *gekko.App)
		want   string
	}{
		{"no program", func(_ *fake, a *gekko.App) { a.Service.Command = "/opt/none" }, "/opt/none is not on the image"},
		{"no user", func(_ *fake, a *gekko.App) { a.Service.User = "nosuchuser" }, "useradd --system nosuchuser"},
		{"a unit of the system", func(c *fake, _ *gekko.App) {
			write(t, filepath.Join(c.root, "etc/systemd/system/hello.service"), "[Unit]\n")
		}, "name the app differently"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCloud(t)
			b, _ := baker(c)
			a := app(c, repository(t, files))
			row.change(c, &a)
			if _, _, err := b.Create(t.Context(), bake.Request{App: a}); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// What the clean-up cannot take away fails the bake.
func TestAKeyThatStaysFailsTheBake(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	write(t, filepath.Join(c.root, "home/admin/.ssh/authorized_keys/oops"), "a folder, which rm -f leaves")
	_, _, err := b.Create(t.Context(), bake.Request{App: app(c, repository(t, files))})
	if err == nil || !strings.Contains(err.Error(), "still on the disk") || !strings.Contains(err.Error(), "authorized_keys") {
		t.Errorf("error %v", err)
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
