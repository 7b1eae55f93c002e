package compute

import (
	"fmt"

	"gekko/local/machine"
)

// Seeds are what a cloud has from its start besides its default network, so
// that ids which were given out elsewhere mean something here. SeedSubnet and
// SeedSecurityGroup are the network's.

// SeedKeyPair adds a key pair; the public key is a line of authorized_keys.
func (c *Cloud) SeedKeyPair(name, publicKey string) error {
	if err := c.checkKeyName(name); err != nil {
		return fmt.Errorf("key pair %s: %w", name, err)
	}
	key, fingerprint, err := readKey([]byte(publicKey))
	if err != nil {
		return fmt.Errorf("key pair %s: %w", name, err)
	}
	c.addKey(name, key, fingerprint, nil)
	return nil
}

// SeedImage adds a public image that starts base (the name of one of
// Options.Bases; empty: the first), with a given id, name and owner account; an
// empty id is made up, an empty name is the base's, an empty owner the one who
// publishes images of that name.
func (c *Cloud) SeedImage(id, name, owner, base string) error {
	b, err := c.findBase(base)
	if err != nil {
		return err
	}
	if id == "" {
		id = imageKind.NewID()
	}
	if err := imageKind.Check(id); err != nil {
		return err
	}
	if _, there := c.images.Look(id); there {
		return fmt.Errorf("image %s: is there already", id)
	}
	if name == "" {
		name = b.Name
	}
	c.addBase(id, name, owner, b)
	return nil
}

func (c *Cloud) findBase(name string) (machine.Base, error) {
	for _, b := range c.o.Bases {
		if name == "" || b.Name == name {
			return b, nil
		}
	}
	return machine.Base{}, fmt.Errorf("base image %q: there is none of this name", name)
}
