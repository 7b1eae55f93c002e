package gekko

import "strconv"

// Count says how many there are of a thing: 1 snapshot, 2 snapshots.
func Count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}
