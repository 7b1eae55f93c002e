// Command hello is a small service to try gekko on. It answers / with its
// version and /health with 200, says its version in a header, and on TERM
// finishes what it has begun before it ends. How well it does so is for
// version.go to say.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	if err := serve(); err != nil {
		log.Fatal("hello: ", err)
	}
}

func serve() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{
		Addr:              address(),
		Handler:           routes(),
		ReadHeaderTimeout: 10 * time.Second,
		// Longer than a balancer keeps an idle connection, so that it is never
		// this side that closes one just as a request comes in.
		IdleTimeout: 2 * time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Printf("hello %s listens on %s", version, server.Addr)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := server.Shutdown(last); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// address is where to listen: HOST and PORT, or port 8080 of every address.
func address() string {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	return net.JoinHostPort(os.Getenv("HOST"), port)
}

func routes() http.Handler {
	mux := http.NewServeMux()
	began, answers := time.Now(), atomic.Int64{}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Hello-Version", version)
		time.Sleep(time.Duration(rand.ExpFloat64() * float64(work)))
		if failing > 0 && answers.Add(1)%max(failing, 1) == 0 {
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "Hello from version %s.\n", version)
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		if ailing > 0 && time.Since(began) > ailing {
			http.Error(w, "ailing", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux
}
