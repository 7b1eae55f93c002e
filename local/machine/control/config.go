//go:build linux

package control

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Config is all that a machine's init is told at a boot.
type Config struct {
	ID       string `json:"id"`
	Address  string `json:"address"`
	Hostname string `json:"hostname"`
	Zone     string `json:"zone"`
	Region   string `json:"region"`
	Type     string `json:"type"`
	Boot     Boot   `json:"boot"`
	Base     Base   `json:"base"`

	Confine string `json:"confine"`
	Root    string `json:"root"`    // where its disk is seen by its init: "/", or the folder where nothing but Landlock confines
	Run     string `json:"run"`     // folder for its sockets and commands
	Mapped  bool   `json:"mapped"`  // users below 65536 exist; else root alone does
	Scratch string `json:"scratch"` // where no namespaces can be had: its own folder that goes into no image
	Program string `json:"program"` // the host's copy of this program

	Trees []Tree `json:"trees,omitempty"`
	Bins  []Link `json:"bins,omitempty"`
	Cache int    `json:"cache,omitempty"` // without namespaces: descriptor of the caller's Go build cache; 0: none
	// Something is mounted below the host's /usr, so it cannot be overlaid.
	Submounts bool `json:"submounts,omitempty"`
}

// Link is a symbolic link of the root, as the host's root has it.
type Link struct {
	Name   string `json:"name"`
	Target string `json:"target"`
}

// Seal puts a config where the program that init becomes can read it.
func Seal(c Config) (*os.File, error) {
	fd, err := unix.MemfdCreate("config", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	f := os.NewFile(uintptr(fd), "config")
	if err := json.NewEncoder(f).Encode(c); err != nil {
		f.Close()
		return nil, err
	}
	_, err = f.Seek(0, io.SeekStart)
	return f, err
}
