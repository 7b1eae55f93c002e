package compute

// Seeds are what a cloud has from its start besides its default network, so
// that ids which were given out elsewhere mean something here.

// SeedSubnet adds a subnet with a given id in a zone of the default network.
func (c *Cloud) SeedSubnet(id, zone string) error { return errUnbuilt }

// SeedSecurityGroup adds a security group with a given id to the default network.
func (c *Cloud) SeedSecurityGroup(id, name string) error { return errUnbuilt }

// SeedKeyPair adds a key pair; the public key is a line of authorized_keys.
func (c *Cloud) SeedKeyPair(name, publicKey string) error { return errUnbuilt }

// SeedImage adds a public image that starts base (the name of one of
// Options.Bases; empty: the first), with a given id, name and owner account; an
// empty id is made up, an empty name or owner is the base's.
func (c *Cloud) SeedImage(id, name, owner, base string) error { return errUnbuilt }
