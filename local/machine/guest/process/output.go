//go:build linux

package process

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Tee gives a file to write to: its lines go to a file of the machine and to
// the console, there after a prefix.
func (s *System) Tee(path, prefix string) (*os.File, error) {
	return s.TeeLines(s.Path(path), prefix, func(line string) string { return line })
}

// TeeLines is Tee for a path of ours, and gives the lines of the file a form of
// their own.
func (s *System) TeeLines(path, prefix string, form func(string) string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	in, out, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	go func() {
		defer file.Close()
		defer in.Close()
		lines := bufio.NewReader(in)
		for {
			line, err := lines.ReadString('\n')
			if line != "" {
				line = strings.TrimSuffix(line, "\n")
				fmt.Fprintln(file, form(line))
				s.Say("%s%s", prefix, line)
			}
			if err != nil {
				return
			}
		}
	}()
	return out, nil
}
