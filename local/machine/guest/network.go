//go:build linux

package guest

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// raiseNetwork brings up the loopback interface of a new network namespace and
// gives it the metadata service's address too.
func raiseNetwork() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	defer unix.Close(fd)
	up, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	up.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, up); err != nil {
		return fmt.Errorf("network: raise lo: %w", err)
	}
	for _, set := range []struct {
		request uint
		address net.IP
	}{
		{unix.SIOCSIFADDR, net.ParseIP(control.MetadataAddress)},
		{unix.SIOCSIFNETMASK, net.IPv4bcast},
	} {
		alias, err := unix.NewIfreq("lo:0")
		if err != nil {
			return err
		}
		if err := alias.SetInet4Addr(set.address.To4()); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(fd, set.request, alias); err != nil {
			return fmt.Errorf("network: metadata address: %w", err)
		}
	}
	return nil
}

// listenForHost opens what the host itself answers: metadata and the way out.
// A listener stays in the namespace it was made in, whoever accepts on it.
func listenForHost() ([]*os.File, error) {
	var files []*os.File
	for _, address := range []string{control.MetadataAddress + ":80", control.OutboundAddress} {
		l, err := net.Listen("tcp4", address)
		if err != nil {
			control.CloseAll(files)
			return nil, err
		}
		f, err := l.(*net.TCPListener).File()
		l.Close()
		if err != nil {
			control.CloseAll(files)
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// dialInside connects to a port of the machine, for the host.
func dialInside(port int) (*os.File, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.(*net.TCPConn).File()
}
