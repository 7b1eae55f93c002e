package machine

import "sync"

// consoleSize is how much of its output a machine remembers.
const consoleSize = 64 << 10

// console keeps the end of what is written to it.
type console struct {
	mu   sync.Mutex
	text []byte
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text = append(c.text, p...)
	if len(c.text) > 2*consoleSize {
		c.text = append([]byte(nil), c.text[len(c.text)-consoleSize:]...)
	}
	return len(p), nil
}

func (c *console) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]byte(nil), c.text[max(0, len(c.text)-consoleSize):]...)
}
