package tune

import (
	"fmt"
	"strings"
)

// Files are the files that tune a host at each boot. The kernel's parameters
// come last in the order of their folder, so that a distribution's own do not
// undo them; a leading hyphen lets a value that a kernel does not know, or does
// not let be set, pass (https://man7.org/linux/man-pages/man5/sysctl.d.5.html).
func Files() []File {
	return []File{
		{"/etc/sysctl.d/90-gekko.conf", sysctls()},
		{"/etc/security/limits.d/90-gekko.conf", limits()},
		{"/etc/systemd/system.conf.d/90-gekko.conf", manager()},
	}
}

const mark = "# Put here by gekko with the image: tuning for heavy load.\n"

func sysctls() string {
	var b strings.Builder
	b.WriteString(mark)
	for _, s := range Settings() {
		fmt.Fprintf(&b, "\n# %s\n-%s = %s\n", s.Why, s.Name, s.Value)
	}
	return b.String()
}

// limits are for sessions that people log in to; services do not read them.
func limits() string {
	var b strings.Builder
	b.WriteString(mark)
	for _, who := range []string{"*", "root"} {
		fmt.Fprintf(&b, "%s\tsoft\tnofile\t%d\n%s\thard\tnofile\t%d\n", who, OpenFiles, who, OpenFiles)
	}
	return b.String()
}

// manager is the limit of services whose units name none.
func manager() string {
	return fmt.Sprintf("%s[Manager]\nDefaultLimitNOFILE=%d\n", mark, OpenFiles)
}
