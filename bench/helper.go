package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// helper is this program as a part of a measurement that needs a process of its
// own; false if it is none. It ends when its standard input does.
func helper(args []string) bool {
	if len(args) == 0 {
		return false
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() { io.Copy(io.Discard, os.Stdin); stop() }()
	var err error
	switch args[0] {
	case "backends":
		err = serveBackends(ctx)
	case "account":
		err = serveAccount(ctx)
	case "front":
		err = serveFront(ctx, args[1], args[2:])
	case "inside":
		err = bakeInside(context.Background(), args[1], args[2], args[3])
	default:
		return false
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	return true
}

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

// freePort is one that nobody listens on.
func freePort(ctx context.Context) (int, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// answering waits until a URL is answered with 200.
func answering(ctx context.Context, url string) error {
	status := errors.New("no answer")
	for range 120 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(strconv.Itoa(res.StatusCode))
		}
		status = err
		time.Sleep(500 * time.Millisecond)
	}
	return fmt.Errorf("%s: %w", url, status)
}
