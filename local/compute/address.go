package compute

import (
	"crypto/rand"
	"fmt"
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// newAddress gives a loopback address that no instance here has: 127.64.0.0/10,
// so that two clouds on one machine hardly meet, and balancers, which are
// elsewhere, never.
func (c *Cloud) newAddress() string {
	for {
		var b [3]byte
		_, _ = rand.Read(b[:]) // never fails (crypto/rand)
		if b[2] == 0 || b[2] == 255 {
			continue
		}
		address := fmt.Sprintf("127.%d.%d.%d", 64+b[0]%64, b[1], b[2])
		if !c.taken(address) {
			return address
		}
	}
}

func (c *Cloud) taken(address string) bool {
	for _, i := range c.instances.All() {
		if aws.ToString(i.about.PrivateIpAddress) == address {
			return true
		}
	}
	return false
}

// address is the loopback address of an instance that is not terminated.
func address(i *instance) netip.Addr {
	a, _ := netip.ParseAddr(*i.about.PrivateIpAddress)
	return a
}

// hostname is an instance's private DNS name, as AWS makes it of its address.
func (c *Cloud) hostname(address string) string {
	domain := c.o.Region + ".compute.internal"
	if c.o.Region == "us-east-1" {
		domain = "ec2.internal"
	}
	return "ip-" + strings.ReplaceAll(address, ".", "-") + "." + domain
}

func newMAC() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4])
}
