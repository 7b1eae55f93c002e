//go:build linux

package machine

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// What the host and a machine's init say to each other.
const (
	opReady     = "ready"     // init: it serves; with the listeners it made inside
	opDial      = "dial"      // host: connect to Port inside; init answers with the socket
	opSSH       = "ssh"       // host: serve SSH on the connection that comes along
	opShutdown  = "shutdown"  // host: end in order
	opEnded     = "ended"     // init: about to end as End says
	opCommand   = "command"   // a command without namespaces: talk to it over the socket that comes along
	opProcessor = "processor" // init: processor time used so far
)

// message is one packet between the host and an init. What an init sends is
// not to be trusted: root inside can speak in its name.
type message struct {
	Op    string        `json:"op"`
	ID    uint64        `json:"id,omitempty"`
	Port  int           `json:"port,omitempty"`
	Error string        `json:"error,omitempty"`
	End   End           `json:"end,omitempty"`
	Used  time.Duration `json:"used,omitempty"`
}

const (
	packetSize  = 160 << 10 // below the kernel's default send buffer
	packetFiles = 32
)

// control is a packet socket that carries messages and open files.
type control struct {
	conn *net.UnixConn
	mu   sync.Mutex // sends are whole
	buf  []byte     // of the one receiver
}

// controlPair makes both ends: one to keep, one to give to a new process.
func controlPair() (*control, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("control socket: %w", err)
	}
	theirs := os.NewFile(uintptr(fds[1]), "control")
	ours, err := newControl(os.NewFile(uintptr(fds[0]), "control"))
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return ours, theirs, nil
}

// newControl takes the file over.
func newControl(f *os.File) (*control, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	conn, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, errors.New("control socket: it is another kind of socket")
	}
	return &control{conn: conn, buf: make([]byte, packetSize)}, nil
}

func (c *control) send(m any, files ...*os.File) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if len(data) > packetSize {
		return fmt.Errorf("control socket: a message of %d bytes is over %d", len(data), packetSize)
	}
	var rights []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		rights = unix.UnixRights(fds...)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _, err = c.conn.WriteMsgUnix(data, rights, nil)
	return err
}

// receive waits for one packet. The files are the caller's to close.
func (c *control) receive(m any) ([]*os.File, error) {
	oob := make([]byte, unix.CmsgSpace(4*packetFiles))
	n, oobn, _, _, err := c.conn.ReadMsgUnix(c.buf, oob)
	if err != nil {
		return nil, err
	}
	files, err := received(oob[:oobn])
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(c.buf[:n], m); err != nil {
		closeAll(files)
		return nil, fmt.Errorf("control socket: %w", err)
	}
	return files, nil
}

// received opens the files that came with a packet.
func received(oob []byte) ([]*os.File, error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	var files []*os.File
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
