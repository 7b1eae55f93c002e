package cli

import (
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
}

func openCalls(name string) (*calls, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	return &calls{file: file, known: map[string]bool{}}, err
}

// note writes an operation down the first time. A file that cannot be written to
// lacks lines, which its reader sees: the cloud goes on.
func (c *calls) note(service, operation string) {
	line := service + " " + operation
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known[line] {
		c.known[line] = true
		fmt.Fprintln(c.file, line)
	}
}
