package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// load is a program for scripts, "load RATE": it sends so many requests a second
// to the embedded cloud's balancer until it is told to end, and then says how
// many were lost: not answered, or by an error.
func load() {
	rate, err := strconv.Atoi(strings.Join(os.Args[1:], " "))
	if err != nil || rate < 1 || os.Getenv(frontVariable) == "" {
		quit("usage: load RATE, within gekko local")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 10 * time.Second}
	var lost atomic.Int64
	var requests sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(rate))
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
			requests.Go(func() {
				if !answered(client, os.Getenv(frontVariable)) {
					lost.Add(1)
				}
			})
		}
	}
	requests.Wait()
	fmt.Printf("%d requests lost\n", lost.Load())
}

func answered(client *http.Client, url string) bool {
	// With a body, even an empty one, the client sends it just once.
	r, err := http.NewRequest(http.MethodGet, url, io.NopCloser(strings.NewReader("")))
	if err != nil {
		return false
	}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err == nil && answer.StatusCode < http.StatusInternalServerError
}
