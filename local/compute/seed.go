package compute

import (
	"errors"
	"strings"

	"gekko/local/machine"
)

// Seeds are what a cloud has from its start besides its default network, so
// that ids which were given out elsewhere mean something here. SeedSubnet and
// SeedSecurityGroup are the network's, SeedKeyPair the key pairs'.

// SeedImage adds a public image that starts one of the bases. An empty id is
// made up, an empty name is the first base's; the owner is an account, or self,
// amazon or aws-marketplace, or, if empty, who publishes images of that name.
// Which base it starts goes by the name's first word, or it is the first.
func (c *Cloud) SeedImage(id, name, owner string) error {
	if len(c.o.Bases) == 0 {
		return errors.New("there is no base image to start")
	}
	if id == "" {
		id = imageKind.NewID()
	}
	if err := imageKind.Check(id); err != nil {
		return err
	}
	if _, there := c.images.Look(id); there {
		return errors.New("it is there already")
	}
	b := c.baseFor(name)
	if name == "" {
		name = b.Name
	}
	switch owner {
	case "self":
		owner = c.o.Account
	case "amazon":
		owner = amazon
	case "aws-marketplace":
		owner = marketplace
	}
	c.addBase(id, name, owner, b)
	return nil
}

func (c *Cloud) baseFor(name string) machine.Base {
	word, _, _ := strings.Cut(name, "-")
	for _, b := range c.o.Bases {
		if word != "" && strings.HasPrefix(b.Name, word+"-") {
			return b
		}
	}
	return c.o.Bases[0]
}
