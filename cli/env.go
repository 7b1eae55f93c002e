package cli

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"

	"gekko/cloud"
)

// Env is what a command has of the process around it.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	// TTY says which of the streams are terminals.
	TTY    struct{ In, Out, Err bool }
	Getenv func(name string) string
	// Width is how many columns the terminal behind Err has.
	Width func() int
	// Cloud opens an account; nothing is read or called before it is.
	Cloud func(context.Context, cloud.Options) (*cloud.Cloud, error)
}

func newProcessEnv() *Env {
	env := &Env{
		In:     os.Stdin,
		Out:    os.Stdout,
		Err:    os.Stderr,
		Getenv: os.Getenv,
		Width:  func() int { return columns(os.Stderr) },
		Cloud:  cloud.Open,
	}
	env.TTY.In = term.IsTerminal(int(os.Stdin.Fd()))
	env.TTY.Out = term.IsTerminal(int(os.Stdout.Fd())) || os.Getenv("GEKKO_FORCE_TTY") != ""
	env.TTY.Err = term.IsTerminal(int(os.Stderr.Fd()))
	return env
}

func columns(f *os.File) int {
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// colour says whether to colour what goes to a stream: a terminal that can,
// of somebody who wants it (https://no-color.org).
func (e *Env) colour(terminal bool) bool {
	return terminal && e.Getenv("NO_COLOR") == "" && e.Getenv("TERM") != "dumb"
}

// live says whether lines of a stream can be painted over.
func (e *Env) live(terminal bool) bool { return terminal && e.Getenv("TERM") != "dumb" }
