// Package account is the account and region that groups stand in, and how
// things are named there.
package account

import (
	"crypto/rand"
	"fmt"
)

// Account is one account in one region.
type Account struct{ ID, Region string }

// ARN names a new thing of a kind, such as "scalingPolicy"; the rest says whose
// it is and what it is called.
func (a Account) ARN(kind, rest string) string {
	return "arn:aws:autoscaling:" + a.Region + ":" + a.ID + ":" + kind + ":" + UUID() + ":" + rest
}

// UUID is a random id of the form that AWS's own have.
func UUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
