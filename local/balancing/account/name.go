package account

import (
	"crypto/rand"
	"encoding/hex"
	"strings"

	"gekko/local/wire"
)

// ARN makes the name of something of this account.
func (a *Account) ARN(resource string) string {
	return "arn:aws:elasticloadbalancing:" + a.Region + ":" + a.Options.Account + ":" + resource
}

// Resource is what an ARN names within its account, e.g. app/NAME/ID: what
// follows its kind.
func Resource(arn string) string {
	_, name, _ := strings.Cut(arn[strings.LastIndexByte(arn, ':')+1:], "/")
	return name
}

// NewID is the last part of an ARN: 16 hex digits.
func NewID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// CheckName holds a balancer's or target group's name against AWS's rules.
func CheckName(what, name string) error {
	switch {
	case name == "":
		return wire.Invalid("The %s name must not be empty", what)
	case len(name) > 32:
		return wire.Invalid("The %s name '%s' cannot be longer than '32' characters", what, name)
	case strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}):
		return wire.Invalid("The %s name '%s' can only contain characters that are alphanumeric characters and hyphens(-)", what, name)
	case name[0] == '-' || name[len(name)-1] == '-':
		return wire.Invalid("The %s name '%s' cannot begin or end with a hyphen(-)", what, name)
	}
	return nil
}
