// Command gekko moves a service on EC2 from one version to the next: from the
// Git commit to the deleted old group. All it does stands in package cli.
package main

import (
	"os"

	"gekko/cli"
	"gekko/local/machine"
)

func main() {
	// An instance of the embedded cloud is this program again.
	if machine.Main() {
		return
	}
	os.Exit(cli.Main())
}
