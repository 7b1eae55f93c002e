// Package control is what the two sides of a machine share: the host, which
// keeps it, and its init inside. It holds the messages that they send each
// other, with open files, over a socket; what a boot is told; and the names and
// numbers that both must agree on. It decides nothing and starts nothing, and
// knows neither side.
package control

// End is why a machine is off.
type End int

// The ways in which a machine ends.
const (
	PoweredOff End = iota + 1 // from inside: shutdown -h, poweroff
	Rebooting                 // from inside: reboot; whoever booted it boots it again
	Halted                    // by Shutdown, Kill or Remove
	Crashed                   // its init died
)

func (e End) String() string {
	switch e {
	case PoweredOff:
		return "powered off from inside"
	case Rebooting:
		return "rebooting"
	case Halted:
		return "halted"
	case Crashed:
		return "crashed"
	}
	return "running"
}

// Boot is what one start of a machine is given.
type Boot struct {
	User           string   // login user; empty: the base's
	AuthorizedKeys []string // lines of authorized_keys for the login user
	UserData       []byte   // decoded
	First          bool     // of this instance: user data runs, host keys are made anew
}

// Base is an image that is made on the fly, of the host's own /usr.
type Base struct{ Name, Description, User, OSRelease string }

// Kinds of confinement, the strongest first.
const (
	Namespaces = "namespaces"
	Landlock   = "landlock"
	None       = "none"
)
