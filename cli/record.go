package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gekko"
	"gekko/judge"
)

// recorder keeps in a folder what the cloud forgets: the periods that the judge
// saw, as rows that "gekko judge replay --samples" reads, and what the
// instances of a rejected group printed.
type recorder struct {
	folder string
	period time.Duration
	rows   *os.File
	first  time.Time // of the recording; zero: not yet known
}

// newRecorder begins a recording of a snapshot's release, or goes on with one.
func newRecorder(folder string, name gekko.SnapshotName, period time.Duration) (*recorder, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	r := &recorder{folder: folder, period: period}
	file := filepath.Join(folder, string(name)+".csv")
	begun, err := os.ReadFile(r.beginning(file))
	switch {
	case err == nil:
		r.first, err = time.Parse(time.RFC3339, strings.TrimSpace(string(begun)))
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("record: %s: %w", r.beginning(file), err)
	}
	if r.rows, err = os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	return r, nil
}

// beginning is the file that says when minute 0 was, for who goes on with the
// recording.
func (r *recorder) beginning(file string) string { return strings.TrimSuffix(file, ".csv") + ".begin" }

func (r *recorder) close() { r.rows.Close() }

// Minute adds a period's rows.
func (r *recorder) Minute(m gekko.Minute, _ time.Duration) error {
	var b strings.Builder
	if r.first.IsZero() {
		r.first = m.At
		if err := os.WriteFile(r.beginning(r.rows.Name()), []byte(m.At.UTC().Format(time.RFC3339)+"\n"), 0o644); err != nil {
			return fmt.Errorf("record: %w", err)
		}
		b.WriteString(judge.Heading())
	}
	b.WriteString(judge.Rows(int(m.At.Sub(r.first)/r.period), m))
	if _, err := r.rows.WriteString(b.String()); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Console keeps what instances printed, a file each.
func (r *recorder) Console(_ gekko.GroupName, said map[gekko.InstanceID]string) error {
	for id, text := range said {
		file := filepath.Join(r.folder, string(id)+".console")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return fmt.Errorf("record: %w", err)
		}
	}
	return nil
}
