package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
)

// backends is how many a balancer has.
const backends = 4

// serveBackends answers each request with 1 KiB.
func serveBackends(ctx context.Context) error {
	for range backends {
		var config net.ListenConfig
		l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		fmt.Println(l.Addr())
		go serveBackend(l)
	}
	fmt.Println()
	<-ctx.Done()
	return nil
}

// serveBackend does no more than it must, so that what is compared is the
// balancers: the end of a request's head, which is all there is of it, is
// answered with bytes made before.
func serveBackend(l net.Listener) {
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n%s", bytes.Repeat([]byte("x"), 1024))
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			head := make([]byte, 0, 4096)
			for {
				n, err := conn.Read(head[len(head):cap(head)])
				if err != nil {
					return
				}
				if head = head[:len(head)+n]; !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
					continue
				}
				head = head[:0]
				if _, err := conn.Write(answer); err != nil {
					return
				}
			}
		}()
	}
}
