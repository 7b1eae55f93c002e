package control

import "io"

// halfCloser is a connection of which one direction can end before the other.
type halfCloser interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	CloseWrite() error
	Close() error
}

// Join copies both ways until both have ended.
func Join(a, b halfCloser) {
	done := make(chan struct{})
	go func() {
		io.Copy(a, b)
		a.CloseWrite()
		close(done)
	}()
	io.Copy(b, a)
	b.CloseWrite()
	<-done
	a.Close()
	b.Close()
}
