// Package record keeps what a release was judged by as files, so that it can be
// replayed when CloudWatch has forgotten it.
package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gekko"
	"gekko/judge"
)

// Recorder keeps in a folder what the cloud forgets: the periods that the judge
// saw, as rows that "gekko judge replay --samples" reads, and what the
// instances of a rejected group printed.
type Recorder struct {
	folder string
	period time.Duration
	rows   *os.File
	first  time.Time // of the recording; zero: not yet known
	last   int       // period that is in it; -1: none
	alone  int       // period from which on the new group serves alone; -1: none yet

	warn   func(string)
	ceased bool // it could not be written to
}

// New begins a recording of a snapshot's release, or goes on with one.
func New(folder string, name gekko.SnapshotName, period time.Duration, warn func(string)) (*Recorder, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	r := &Recorder{folder: folder, period: period, last: -1, alone: -1, warn: warn}
	file := filepath.Join(folder, string(name)+".csv")
	if err := r.resume(file); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	var err error
	if r.rows, err = os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	return r, nil
}

// resume finds out what is in the recording already.
func (r *Recorder) resume(file string) error {
	begun, err := os.ReadFile(r.beginning(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	rows, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(rows) == 0 {
		return nil // a beginning without rows is a kill's, or somebody took them away
	}
	if err != nil {
		return err
	}
	if r.first, err = time.Parse(time.RFC3339, strings.TrimSpace(string(begun))); err != nil {
		return fmt.Errorf("%s: %w", r.beginning(file), err)
	}
	text := strings.TrimSpace(string(rows))
	number, _, _ := strings.Cut(text[strings.LastIndexByte(text, '\n')+1:], ",")
	if n, err := strconv.Atoi(number); err == nil {
		r.last = n
	}
	return nil
}

// beginning is the file that says when minute 0 was, for who goes on with the
// recording.
func (r *Recorder) beginning(file string) string { return strings.TrimSuffix(file, ".csv") + ".begin" }

func (r *Recorder) Close() { r.rows.Close() }

// Minute adds a period's rows. A release is worth more than its recording: if
// that cannot be written to, it ends there.
func (r *Recorder) Minute(m gekko.Minute) error {
	r.unless(r.minute(m))
	return nil
}

// unless ends the recording at an error.
func (r *Recorder) unless(err error) {
	if err != nil && !r.ceased {
		r.ceased = true
		r.warn(fmt.Sprintf("%v; the release goes on, and is not recorded any more", err))
	}
}

func (r *Recorder) minute(m gekko.Minute) error {
	if r.ceased {
		return nil
	}
	var b strings.Builder
	if r.first.IsZero() {
		r.first = m.At
		if err := os.WriteFile(r.beginning(r.rows.Name()), []byte(m.At.UTC().Format(time.RFC3339)+"\n"), 0o644); err != nil {
			_ = os.Remove(r.beginning(r.rows.Name()))
			return fmt.Errorf("record: %w", err)
		}
		b.WriteString(judge.Heading())
	}
	n := int(m.At.Sub(r.first) / r.period)
	if m.Alone && r.alone < 0 {
		r.alone = n
	}
	if n <= r.last {
		return nil // whoever goes on with a release reads all of it again
	}
	r.last = n
	b.WriteString(judge.Rows(n, m, r.alone))
	whole, err := r.rows.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = r.rows.WriteString(b.String())
	}
	if err != nil {
		_ = r.rows.Truncate(whole) // of rows by half, if it can be
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Console keeps what instances printed, a file each.
func (r *Recorder) Console(_ gekko.GroupName, said map[gekko.InstanceID]string) error {
	for id, text := range said {
		file := filepath.Join(r.folder, string(id)+".console")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			r.unless(fmt.Errorf("record: %w", err))
		}
	}
	return nil
}
