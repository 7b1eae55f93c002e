//go:build linux

package guest

import (
	"strings"

	"gekko/local/machine/guest/command"
	"gekko/local/machine/guest/process"
)

// sudo runs a command as another user for those whom a real image lets, its
// login user and root, without asking for a password.
func (s *system) sudo(c *command.Call) int {
	if !c.Root() && c.UID != s.login.UID {
		return c.Fail(1, "user %d is not in the sudoers file", c.UID)
	}
	o := sudoOptions{user: "root"}
	rest, err := o.parse(c.Args)
	if err != "" {
		return c.Fail(1, "%s", err)
	}
	if o.nothing && len(rest) == 0 && !o.login && !o.shell {
		return 0
	}
	u, failed := process.LookUp(s.Config.Root, o.user)
	if failed != nil {
		return c.Fail(1, "unknown user %s", o.user)
	}
	p := process.Program{Args: rest, Dir: c.Dir, User: u, Files: c.Files}
	for len(p.Args) > 0 && isAssignment(p.Args[0]) {
		o.set, p.Args = append(o.set, p.Args[0]), p.Args[1:]
	}
	if o.login || o.shell {
		p.Args = shellWords(u.LoginShell(), o.login, p.Args)
	}
	if len(p.Args) == 0 {
		return c.Fail(1, "a command is missing: sudo [-EHin] [-u user] command")
	}
	if o.login {
		p.Dir = s.Home(u)
	}
	if o.dir != "" {
		p.Dir = s.Path(o.dir)
	}
	p.Env = s.sudoEnvironment(c, u, o)
	ch, failed := s.Start(p)
	if failed != nil {
		return c.Fail(1, "%v", failed)
	}
	return c.Follow(ch)
}

type sudoOptions struct {
	user, dir             string
	keep                  bool // -E
	keepNames             []string
	login, shell, nothing bool
	set                   []string
}

// parse takes options up to the command, and says what is wrong with them.
func (o *sudoOptions) parse(args []string) (rest []string, wrong string) {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		if name, ok := strings.CutPrefix(arg, "--"); ok {
			name, value, given := strings.Cut(name, "=")
			if !given && len(args) > 0 && (name == "user" || name == "group" || name == "chdir") {
				value, args = args[0], args[1:]
			}
			if !o.long(name, value, given) {
				return nil, "option --" + name + " is not supported here"
			}
			continue
		}
		for i := 1; i < len(arg); i++ {
			if strings.IndexByte("ugpCDRTh", arg[i]) >= 0 {
				value := arg[i+1:]
				if value == "" && len(args) > 0 {
					value, args = args[0], args[1:]
				}
				switch arg[i] {
				case 'u':
					o.user = strings.TrimPrefix(value, "#")
				case 'D':
					o.dir = value
				}
				break
			}
			if !o.short(arg[i]) {
				return nil, "option -" + arg[i:i+1] + " is not supported here"
			}
		}
	}
	return args, ""
}

func (o *sudoOptions) short(letter byte) bool {
	switch letter {
	case 'E':
		o.keep = true
	case 'i':
		o.login = true
	case 's':
		o.shell = true
	case 'v', 'k', 'K', 'l', 'V':
		o.nothing = true
	case 'n', 'H', 'S', 'A', 'b', 'P':
	default:
		return false
	}
	return true
}

func (o *sudoOptions) long(name, value string, given bool) bool {
	switch name {
	case "user":
		o.user = value
	case "chdir":
		o.dir = value
	case "preserve-env":
		o.keep = !given
		if given {
			o.keepNames = strings.Split(value, ",")
		}
	case "login":
		o.login = true
	case "shell":
		o.shell = true
	case "validate", "reset-timestamp", "remove-timestamp", "list", "version":
		o.nothing = true
	case "non-interactive", "set-home", "stdin", "group":
	default:
		return false
	}
	return true
}

func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && name != "" && !strings.ContainsAny(name, "/ -")
}

// shellWords gives what runs words in a user's shell, as sudo -s and -i do.
func shellWords(shell string, login bool, words []string) []string {
	args := []string{shell}
	if login {
		args = append(args, "-l")
	}
	if len(words) == 0 {
		return args
	}
	var quoted []string
	for _, w := range words {
		quoted = append(quoted, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
	}
	return append(args, "-c", strings.Join(quoted, " "))
}

// sudoEnvironment is the target's own, or with -E the caller's under it.
func (s *system) sudoEnvironment(c *command.Call, u process.User, o sudoOptions) []string {
	var env []string
	if o.keep {
		env = append(env, c.Env...)
	}
	for _, name := range append(o.keepNames, "TERM", "LANG", "DISPLAY") {
		if v := c.Variable(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	env = append(env, s.UserEnvironment(u)...)
	if o.keep {
		env = append(env, "HOME="+c.Variable("HOME"))
	}
	env = append(env, "SUDO_USER="+c.Variable("USER"), "SUDO_COMMAND="+strings.Join(c.Args, " "))
	return append(env, o.set...)
}

// su runs a shell or a command as another user; only root may.
func (s *system) su(c *command.Call) int {
	if !c.Root() {
		return c.Fail(1, "Authentication failure: only root may, as users have no passwords")
	}
	name, command, login := "root", "", false
	var rest []string
	for i := 0; i < len(c.Args); i++ {
		switch arg := c.Args[i]; {
		case arg == "-" || arg == "-l" || arg == "--login":
			login = true
		case (arg == "-c" || arg == "--command") && i+1 < len(c.Args):
			i++
			command = c.Args[i]
		case (arg == "-s" || arg == "--shell") && i+1 < len(c.Args):
			i++
		case arg == "-m" || arg == "-p" || arg == "-f":
		default:
			rest = append(rest, arg)
		}
	}
	if len(rest) > 0 {
		name, rest = rest[0], rest[1:]
	}
	u, err := process.LookUp(s.Config.Root, name)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	p := process.Program{Args: []string{u.LoginShell()}, Dir: c.Dir, User: u, Files: c.Files, Env: append(c.Env, s.UserEnvironment(u)...)}
	if login {
		p.Args, p.Dir = append(p.Args, "-l"), s.Home(u)
	}
	if command != "" {
		p.Args = append(p.Args, "-c", command)
	}
	p.Args = append(p.Args, rest...)
	ch, err := s.Start(p)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	return c.Follow(ch)
}
