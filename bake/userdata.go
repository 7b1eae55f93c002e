package bake

import (
	"bytes"
	"fmt"

	"gekko/remote"
)

// userData gives the builder its one-time host key, so that the bake knows whom
// it talks to. Software on the builder can read it, which lets it pass for this
// one builder and nothing else; it is cleared before the image is made.
// cloud-init takes the other host keys away
// (https://cloudinit.readthedocs.io/en/latest/reference/modules.html#ssh).
func userData(host remote.Key) []byte {
	var b bytes.Buffer
	b.WriteString("#cloud-config\nssh_deletekeys: true\nssh_pwauth: false\nssh_keys:\n  ed25519_private: |\n")
	for line := range bytes.Lines(host.Private) {
		fmt.Fprintf(&b, "    %s\n", bytes.TrimSpace(line))
	}
	fmt.Fprintf(&b, "  ed25519_public: %s\n", host.Public)
	return b.Bytes()
}
