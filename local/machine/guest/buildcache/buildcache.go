//go:build linux

// Package buildcache answers the go command inside a machine that has no
// namespaces from the caller's build cache. It knows nothing of machines but
// the descriptor by which that cache is reached.
package buildcache

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gekko/local/machine/control"
)

// Where no namespaces can be had, nothing can be laid over the caller's Go
// build cache. There the go command asks this program instead (GOCACHEPROG),
// which copies what the caller's cache has, and keeps the rest in the
// machine's own. Protocol and layout: cmd/go/internal/cacheprog and cache.

type cacheRequest struct {
	ID                 int64
	Command            string
	ActionID, OutputID []byte
	BodySize           int64
}

type cacheAnswer struct {
	ID            int64
	Err           string     `json:",omitempty"`
	KnownCommands []string   `json:",omitempty"`
	Miss          bool       `json:",omitempty"`
	OutputID      []byte     `json:",omitempty"`
	Size          int64      `json:",omitempty"`
	Time          *time.Time `json:",omitempty"`
	DiskPath      string     `json:",omitempty"`
}

// buildCache is one run of that program.
type buildCache struct {
	own  string
	host *os.Root // nil: the caller has none
}

// Serve answers the go command until it is done.
func Serve() error {
	own := os.Getenv("GOCACHE")
	if own == "" {
		return errors.New("GOCACHE is not set")
	}
	c := buildCache{own: own}
	if host, err := os.OpenRoot(fmt.Sprintf("/proc/self/fd/%d", control.HostCache)); err == nil {
		c.host = host
	}
	return c.serve(bufio.NewReader(os.Stdin), os.Stdout)
}

func (c buildCache) serve(in *bufio.Reader, out io.Writer) error {
	answers := json.NewEncoder(out)
	if err := answers.Encode(cacheAnswer{KnownCommands: []string{"get", "put", "close"}}); err != nil {
		return err
	}
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(line) <= 1 {
			continue
		}
		var r cacheRequest
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		a, err := c.answer(r, in)
		if err != nil {
			a = cacheAnswer{Err: err.Error()}
		}
		a.ID = r.ID
		if err := answers.Encode(a); err != nil || r.Command == "close" {
			return err
		}
	}
}

func (c buildCache) answer(r cacheRequest, in *bufio.Reader) (cacheAnswer, error) {
	switch r.Command {
	case "get":
		return c.get(r.ActionID)
	case "put":
		var body []byte
		if r.BodySize > 0 {
			text, err := readBody(in)
			if err != nil {
				return cacheAnswer{}, err
			}
			body = text
		}
		return c.put(r.ActionID, r.OutputID, body)
	case "close":
		return cacheAnswer{}, nil
	}
	return cacheAnswer{}, fmt.Errorf("command %q is not known", r.Command)
}

// readBody takes a line with a string of base64.
func readBody(in *bufio.Reader) ([]byte, error) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line = strings.TrimSpace(line); line != "" {
			return base64.StdEncoding.DecodeString(strings.Trim(line, `"`))
		}
	}
}

// get looks in the machine's own cache, then in the caller's.
func (c buildCache) get(action []byte) (cacheAnswer, error) {
	name := cacheName(action, "a")
	if entry, err := os.ReadFile(filepath.Join(c.own, name)); err == nil {
		if a, ok := c.parse(entry); ok {
			if info, err := os.Stat(a.DiskPath); err == nil && info.Size() == a.Size {
				return a, nil
			}
		}
	}
	if c.host == nil {
		return cacheAnswer{Miss: true}, nil
	}
	entry, err := c.host.ReadFile(name)
	if err != nil {
		return cacheAnswer{Miss: true}, nil
	}
	a, ok := c.parse(entry)
	if !ok {
		return cacheAnswer{Miss: true}, nil
	}
	body, err := c.host.ReadFile(cacheName(a.OutputID, "d"))
	if err != nil || int64(len(body)) != a.Size {
		return cacheAnswer{Miss: true}, nil
	}
	return c.put(action, a.OutputID, body)
}

// parse reads "v1 ACTION OUTPUT SIZE TIME", as the go command writes it.
func (c buildCache) parse(entry []byte) (cacheAnswer, bool) {
	f := strings.Fields(string(entry))
	if len(f) != 5 || f[0] != "v1" {
		return cacheAnswer{}, false
	}
	var size, nanoseconds int64
	if _, err := fmt.Sscan(f[3]+" "+f[4], &size, &nanoseconds); err != nil {
		return cacheAnswer{}, false
	}
	output, err := hex.DecodeString(f[2])
	at := time.Unix(0, nanoseconds)
	return cacheAnswer{OutputID: output, Size: size, Time: &at, DiskPath: filepath.Join(c.own, cacheName(output, "d"))}, err == nil && len(output) > 0
}

// put keeps an output in the machine's own cache.
func (c buildCache) put(action, output, body []byte) (cacheAnswer, error) {
	if len(action) == 0 || len(output) == 0 {
		return cacheAnswer{}, errors.New("an id is missing")
	}
	now := time.Now()
	a := cacheAnswer{OutputID: output, Size: int64(len(body)), Time: &now, DiskPath: filepath.Join(c.own, cacheName(output, "d"))}
	entry := fmt.Sprintf("v1 %x %x %20d %20d\n", action, output, len(body), now.UnixNano())
	return a, errors.Join(
		writeWhole(a.DiskPath, body),
		writeWhole(filepath.Join(c.own, cacheName(action, "a")), []byte(entry)))
}

func cacheName(id []byte, kind string) string {
	return fmt.Sprintf("%02x/%x-%s", id[:min(1, len(id))], id, kind)
}

// writeWhole lets nobody see a part of a file: several builds share the cache.
func writeWhole(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "new-")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
