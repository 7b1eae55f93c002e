// Package notify tells a program or a URL what becomes of a release. It knows
// neither releases nor commands: it passes on what it is given.
package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"time"

	"gekko"
)

// Notifier tells a program or a URL of each change of a release's state, one
// JSON line at a time and in order. It never holds a release up: it tells from
// a goroutine of its own, and what fails is a warning.
type Notifier struct {
	gekko.Notify
	warn func(string)

	lines chan []byte
	told  sync.WaitGroup
}

const (
	notifyPatience = 10 * time.Second // with one line
	notifyBacklog  = 64               // lines that may wait for a slow one
)

// New begins to tell. Its end must be called.
func New(to gekko.Notify, warn func(string)) *Notifier {
	n := &Notifier{Notify: to, warn: warn, lines: make(chan []byte, notifyBacklog)}
	n.told.Go(func() {
		for line := range n.lines {
			n.deliver(line)
		}
	})
	return n
}

// Tell passes a change on, if there is anybody to be told.
func (n *Notifier) Tell(change any) {
	if len(n.Exec) == 0 && n.URL == "" {
		return
	}
	line, err := json.Marshal(change)
	if err != nil {
		n.warn("notify: " + err.Error())
		return
	}
	select {
	case n.lines <- append(line, '\n'):
	default:
		n.warn("notify: too slow; a change of state was not told")
	}
}

// End waits until all has been told.
func (n *Notifier) End() {
	close(n.lines)
	n.told.Wait()
}

func (n *Notifier) deliver(line []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), notifyPatience)
	defer cancel()
	tell := n.post
	if len(n.Exec) > 0 {
		tell = n.run
	}
	if err := tell(ctx, line); err != nil {
		n.warn("notify: " + err.Error())
	}
}

func (n *Notifier) run(ctx context.Context, line []byte) error {
	cmd := exec.CommandContext(ctx, n.Exec[0], n.Exec[1:]...)
	cmd.Stdin = bytes.NewReader(line)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		err = fmt.Errorf("no end after %v", notifyPatience)
	}
	if said := strings.TrimSpace(string(out)); said != "" {
		last := said[strings.LastIndexByte(said, '\n')+1:]
		err = fmt.Errorf("%w: %s", err, last)
	}
	return fmt.Errorf("%s: %w", n.Exec[0], err)
}

// post does not repeat the URL in its errors, as that may hold a secret.
func (n *Notifier) post(ctx context.Context, line []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.URL, bytes.NewReader(line))
	if err != nil {
		return errors.New("the URL cannot be used")
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return fmt.Errorf("%s: %w", request.URL.Host, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s answered %s", request.URL.Host, answer.Status)
	}
	return nil
}
