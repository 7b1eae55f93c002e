package shelf

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"

	"gekko/local/wire"
)

// Kind is what AWS calls a kind of resource, and how it refuses ids.
type Kind struct {
	Type      string // of tags: instance, image, ...
	Prefix    string // of ids, without the hyphen
	Malformed string // error code for what is no such id
	NotFound  string // error code for an unknown one
	One       string // message about an unknown one, with one %s
	Many      string // the same about several; empty: One
}

// NewID makes up an id: 17 hexadecimal digits, the first of them 0, as AWS's are.
func (k Kind) NewID() string {
	var b [9]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return k.Prefix + "-0" + hex.EncodeToString(b[:])[:16]
}

// Check refuses what cannot be an id of this kind.
func (k Kind) Check(id string) error {
	digits, ours := strings.CutPrefix(id, k.Prefix+"-")
	if !ours || digits == "" || strings.Trim(digits, "0123456789abcdef") != "" {
		return wire.Errorf(k.Malformed, "Invalid id: %q (expecting %q)", id, k.Prefix+"-...")
	}
	return nil
}

func (k Kind) missing(ids []string) error {
	message := k.One
	if len(ids) > 1 && k.Many != "" {
		message = k.Many
	}
	return &wire.Error{Code: k.NotFound, Message: fmt.Sprintf(message, strings.Join(ids, ", "))}
}
