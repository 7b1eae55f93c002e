package release_test

import "gekko/cloud"

func (p *trial) overCloud(c *cloud.Cloud) shim {
	return shim{c}
}
