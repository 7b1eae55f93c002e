//go:build linux

package control

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
	Ready     = "ready"     // init: it serves; with the listeners it made inside
	Dial      = "dial"      // host: connect to Port inside; init answers with the socket
	SSH       = "ssh"       // host: serve SSH on the connection that comes along
	Shutdown  = "shutdown"  // host: end in order
	Ended     = "ended"     // init: about to end as End says
	Command   = "command"   // a command without namespaces: talk to it over the socket that comes along
	Processor = "processor" // init: processor time used so far
)

// Message is one packet between the host and an init. What an init sends is
// not to be trusted: root inside can speak in its name.
type Message struct {
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

// Conn is a packet socket that carries messages and open files.
type Conn struct {
	conn *net.UnixConn
	mu   sync.Mutex // sends are whole
	buf  []byte     // of the one receiver
}

// Pair makes both ends: one to keep, one to give to a new process.
func Pair() (*Conn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("control socket: %w", err)
	}
	theirs := os.NewFile(uintptr(fds[1]), "control")
	ours, err := New(os.NewFile(uintptr(fds[0]), "control"))
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return ours, theirs, nil
}

// New takes the file over.
func New(f *os.File) (*Conn, error) {
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
	return Over(conn), nil
}

// Over takes a connection over.
func Over(conn *net.UnixConn) *Conn { return &Conn{conn: conn, buf: make([]byte, packetSize)} }

// Close ends it on this side.
func (c *Conn) Close() error { return c.conn.Close() }

// SetReadDeadline ends a Receive at a time.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.conn.SetReadDeadline(t) }

// Peer asks the kernel whose process is at the other end.
func (c *Conn) Peer() (uid int, err error) {
	raw, err := c.conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err = errors.Join(err, failed); err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}

// Send sends one packet, with open files.
func (c *Conn) Send(m any, files ...*os.File) error {
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

// Receive waits for one packet. The files are the caller's to close.
func (c *Conn) Receive(m any) ([]*os.File, error) {
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
		CloseAll(files)
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

// CloseAll closes what a Receive gave.
func CloseAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
