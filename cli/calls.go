package cli

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// calls is a file that tells which operations of an embedded cloud were called,
// a line each, in the order of their first calls. It is whole whenever the cloud
// is killed.
type calls struct {
	file *os.File

	mu    sync.Mutex
	known map[string]bool
	lost  error // the first line that could not be written
}

func openCalls(name string) (*calls, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	return &calls{file: file, known: map[string]bool{}}, err
}

// note writes an operation down the first time. The cloud goes on if it cannot.
func (c *calls) note(service, operation string) {
	line := service + " " + operation
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known[line] {
		c.known[line] = true
		if _, err := fmt.Fprintln(c.file, line); c.lost == nil {
			c.lost = err
		}
	}
}

// close ends the file, and says if it is not whole.
func (c *calls) close(env *Env) {
	if err := errors.Join(c.lost, c.file.Close()); err != nil {
		env.complain("note: ", fmt.Sprintf("not all calls were noted: %v", err))
	}
}
