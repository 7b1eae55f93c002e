//go:build linux

package cloudinit

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// userData is what an instance is told to do at its first boot.
type userData struct {
	Config  cloudConfig
	Scripts []string
}

// cloudConfig are the keys of #cloud-config that are acted on.
type cloudConfig struct {
	SSHKeys           map[string]string `yaml:"ssh_keys"`
	SSHDeleteKeys     *bool             `yaml:"ssh_deletekeys"`
	SSHAuthorizedKeys []string          `yaml:"ssh_authorized_keys"`
	WriteFiles        []writeFile       `yaml:"write_files"`
	RunCmd            []any             `yaml:"runcmd"`
	BootCmd           []any             `yaml:"bootcmd"`
}

type writeFile struct {
	Path, Content, Encoding, Owner string
	Permissions                    any
	Append                         bool
}

// harmless keys change nothing here, or only if they are true.
var (
	harmless     = []string{"ssh_genkeytypes", "disable_root", "ssh_pwauth", "preserve_hostname", "manage_etc_hosts", "timezone", "locale", "final_message", "output", "growpart", "resize_rootfs", "ssh", "no_ssh_fingerprints"}
	harmlessOff  = []string{"package_update", "package_upgrade", "package_reboot_if_required", "apt_update", "apt_upgrade", "repo_update", "repo_upgrade", "ssh_quiet_keygen", "allow_public_ssh_keys"}
	cloudKeys    = []string{"ssh_keys", "ssh_deletekeys", "ssh_authorized_keys", "write_files", "runcmd", "bootcmd"}
	errPackages  = errors.New("packages cannot be installed here: /usr is the host's, read-only")
	errNoContent = errors.New("user data is neither a script (#!), #cloud-config nor MIME parts of them")
)

// parseUserData reads what cloud-init would.
func parseUserData(data []byte) (userData, error) {
	var u userData
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		var err error
		if data, err = gunzip(data); err != nil {
			return u, err
		}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return u, nil
	}
	return u, u.add(data)
}

func (u *userData) add(data []byte) error {
	switch {
	case bytes.HasPrefix(data, []byte("#!")):
		u.Scripts = append(u.Scripts, string(data))
		return nil
	case bytes.HasPrefix(data, []byte("#cloud-config")):
		return u.Config.read(data)
	case bytes.HasPrefix(bytes.ToLower(data), []byte("content-type: multipart/")), bytes.HasPrefix(bytes.ToLower(data), []byte("mime-version:")):
		return u.parts(data)
	}
	return errNoContent
}

func (u *userData) parts(data []byte) error {
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("user data: %w", err)
	}
	_, attributes, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("user data: %w", err)
	}
	parts := multipart.NewReader(m.Body, attributes["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("user data: %w", err)
		}
		var content io.Reader = part
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
			content = base64.NewDecoder(base64.StdEncoding, part)
		}
		text, err := io.ReadAll(content)
		if err != nil {
			return fmt.Errorf("user data: %w", err)
		}
		if err := u.add(text); err != nil {
			return err
		}
	}
}

// read takes a document, and says which of its keys are not acted on.
func (c *cloudConfig) read(data []byte) error {
	if err := yaml.Unmarshal(data, c); err != nil {
		return fmt.Errorf("cloud-config: %w", err)
	}
	var all map[string]any
	if err := yaml.Unmarshal(data, &all); err != nil {
		return fmt.Errorf("cloud-config: %w", err)
	}
	var wrong []error
	for key, value := range all {
		switch {
		case slices.Contains(cloudKeys, key) || slices.Contains(harmless, key):
		case slices.Contains(harmlessOff, key) && value != true:
		case key == "packages" || slices.Contains(harmlessOff, key):
			wrong = append(wrong, fmt.Errorf("cloud-config: %s: %w", key, errPackages))
		default:
			wrong = append(wrong, fmt.Errorf("cloud-config: key %s is not supported here", key))
		}
	}
	return errors.Join(wrong...)
}

// content gives what is to be written, decoded.
func (f writeFile) content() ([]byte, error) {
	data := []byte(f.Content)
	encoding := strings.ToLower(f.Encoding)
	if strings.Contains(encoding, "b64") || strings.Contains(encoding, "base64") {
		decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(f.Content), ""))
		if err != nil {
			return nil, err
		}
		data = decoded
	}
	if strings.HasPrefix(encoding, "gz") {
		return gunzip(data)
	}
	return data, nil
}

// mode reads permissions: a string of octal digits, or a number that YAML has
// read as octal already.
func (f writeFile) mode() (uint32, error) {
	switch p := f.Permissions.(type) {
	case nil:
		return 0o644, nil
	case string:
		n, err := strconv.ParseUint(strings.TrimPrefix(p, "0o"), 8, 12)
		if err != nil {
			return 0, fmt.Errorf("permissions %q are not octal", p)
		}
		return uint32(n), nil
	case uint64:
		return uint32(p), nil
	case int64:
		return uint32(p), nil
	}
	return 0, fmt.Errorf("permissions %v are not octal", f.Permissions)
}

// script puts commands together, one a line: strings as they are, lists of
// words quoted.
func script(commands []any) (string, error) {
	var text strings.Builder
	text.WriteString("#!/bin/sh\n")
	for _, c := range commands {
		switch c := c.(type) {
		case nil:
		case string:
			text.WriteString(c + "\n")
		case []any:
			for i, word := range c {
				if i > 0 {
					text.WriteString(" ")
				}
				text.WriteString("'" + strings.ReplaceAll(fmt.Sprint(word), "'", `'\''`) + "'")
			}
			text.WriteString("\n")
		default:
			return "", fmt.Errorf("cloud-config: command %v is neither a string nor a list", c)
		}
	}
	return text.String(), nil
}

func gunzip(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, 1<<20))
}
