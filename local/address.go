package local

import (
	"crypto/rand"
	"net/netip"
)

// addresses gives out loopback addresses for balancers. They begin at a random
// one, so that two worlds on one machine hardly meet, and lie outside of what
// instances get.
type addresses struct {
	block byte
	next  uint16
}

func newAddresses() *addresses {
	var b [3]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return &addresses{block: 200 + b[0]%50, next: uint16(b[1])<<8 | uint16(b[2])}
}

func (a *addresses) take() netip.Addr {
	for {
		a.next++
		if low := byte(a.next); low != 0 && low != 255 {
			return netip.AddrFrom4([4]byte{127, a.block, byte(a.next >> 8), low})
		}
	}
}
