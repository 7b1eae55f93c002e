package demo

import (
	"encoding/json"
	"os"
	"time"
)

// Report is the demo's outcome, for programs.
type Report struct {
	OK        bool             `json:"ok"`
	Requests  int              `json:"requests"`
	Failed    int              `json:"failed"`
	ByVersion map[string]Count `json:"by_version"` // by snapshot
	Releases  []Released       `json:"releases"`
	Steps     []timing         `json:"steps"`

	took   time.Duration
	why    string
	faulty string // the snapshot of the faulty version
}

// report is what came of the show: well only if each scene was played, all
// versions answered, no request failed, and only the faulty one was in error.
func (s *show) report(played bool, took time.Duration) Report {
	r := Report{ByVersion: map[string]Count{}, Releases: append([]Released{}, s.releases...), Steps: append([]timing{}, s.timings...), took: took}
	if s.traffic != nil {
		c := s.traffic.counts()
		r.Requests, r.Failed, r.why = c.requests, c.failed, c.why
		for version, n := range c.versions {
			if name, ok := s.names[version]; ok {
				version = name
			}
			r.ByVersion[version] = n
		}
	}
	r.faulty = s.names[faulty]
	r.OK = played && r.Failed == 0 && r.errors() == 0 && len(r.ByVersion) == len(versions)
	return r
}

// errors counts the answers that a version itself called an error, but for those
// of the faulty one.
func (r Report) errors() int {
	sum := 0
	for name, n := range r.ByVersion {
		if name != r.faulty {
			sum += n.Errors
		}
	}
	return sum
}

func (r Report) write(file string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}
