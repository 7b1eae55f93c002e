package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"gekko/local"
)

// show is a demo that is being played.
type show struct {
	Options
	screen  *screen
	dir     string // the repository
	cloud   *local.Server
	front   string // where the balancer takes requests
	stopped chan error
	stop    context.CancelFunc

	traffic  *traffic
	names    map[string]string // version to snapshot
	releases []Released
	timings  []timing
}

// startCloud starts a cloud with a balancer and nothing behind it, as somebody
// finds it who has an account already.
func (s *show) startCloud(ctx context.Context) error {
	like := local.Like{ServicePort: servicePort, HealthPath: "/health"}
	if s.Balancer == "classic" {
		like.ClassicBalancer = balancerName
	} else {
		like.ALB, like.ALBPort = balancerName, 80
	}
	// The recipe and the service are the demo's own, so that it may go on where
	// nothing could keep a stranger's from this machine; it is said below.
	cloud, err := local.NewServer(ctx, local.ServeOptions{Like: like, Unconfined: true, Confine: s.Confine, Log: s.Log})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.cloud, s.stop, s.stopped = cloud, stop, make(chan error, 1)
	s.dir = filepath.Join(cloud.Folder, "hello")
	go func() { s.stopped <- cloud.Run(running) }()
	fronts, err := cloud.Fronts(ctx)
	if err != nil || len(fronts) == 0 {
		return errors.Join(errors.New("the balancer is nowhere"), err)
	}
	s.front = fronts[0].URL
	s.screen.say("EC2, Auto Scaling, balancers and CloudWatch at " + cloud.Endpoint)
	s.screen.say(fmt.Sprintf("balancer %s at %s, with nothing behind it yet", fronts[0].Balancer, s.front))
	s.screen.say("instances are processes, kept apart by: " + cloud.Confinement)
	if cloud.Gap != "" {
		s.screen.say("note: " + cloud.Gap)
	}
	return nil
}

// end takes everything down that still stands, and tells what could not be.
func (s *show) end() error {
	defer s.screen.Wait(nil)
	if s.traffic != nil {
		s.traffic.stop()
	}
	if s.cloud == nil {
		return nil
	}
	s.screen.wait("ending every instance")
	s.stop()
	return <-s.stopped
}

func (s *show) bake(version string) func(context.Context) error {
	return func(ctx context.Context) error {
		out, err := s.gekko(ctx, "snapshot", "create", "--ref", "v"+version, "--json")
		if err != nil {
			return err
		}
		var made struct{ Name, Image string }
		if err := json.Unmarshal(out, &made); err != nil {
			return fmt.Errorf("snapshot create --json: %w", err)
		}
		s.names[version] = made.Name
		s.screen.say(fmt.Sprintf("snapshot %s is image %s", made.Name, made.Image))
		return nil
	}
}

func (s *show) deploy(version string, flags ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.gekko(ctx, append([]string{"deploy", "-s", s.names[version]}, flags...)...)
		return err
	}
}

func (s *show) startTraffic(ctx context.Context) error {
	s.traffic = newTraffic(s.front, requestsPerSecond)
	s.screen.watch(s.traffic)
	s.traffic.start()
	s.screen.say(fmt.Sprintf("%d requests a second to %s, until the end", requestsPerSecond, s.front))
	return s.traffic.await(ctx, patience, time.Second, func(c counts) bool { return c.versions["1"].Requests > 0 })
}

func (s *show) grow(ctx context.Context) error {
	_, err := s.gekko(ctx, "update", "-s", s.names["1"], "--min-size", "2", "--max-size", "6", "--desired-capacity", "3")
	return err
}

// recall sees that version 2 alone is left to answer, and shows what is
// remembered of both releases.
func (s *show) recall(ctx context.Context) error {
	from := s.traffic.counts()
	answers := func(c counts) bool { return c.since(from).versions["2"].Requests > 0 }
	if err := s.traffic.await(ctx, patience, lookAround/2, answers); err != nil {
		return err
	}
	now := s.traffic.counts().since(from)
	s.screen.say("answered since: " + now.split())
	if others := now.requests - now.versions["2"].Requests; others > 0 {
		return fmt.Errorf("not version 2 alone answers: of the last %s requests it did not answer %s", thousands(now.requests), thousands(others))
	}
	if _, err := s.gekko(ctx, "status", "--last", "2s"); err != nil {
		return err
	}
	_, err := s.gekko(ctx, "history")
	return err
}

// stay keeps the cloud for a look around.
func (s *show) stay(ctx context.Context) {
	s.screen.say("")
	s.screen.say("The cloud stays until Ctrl-C. To use it, in another shell:")
	s.screen.say("")
	s.screen.say("cd " + s.dir)
	for _, v := range s.variables() {
		if v.Unset {
			s.screen.say("unset " + v.Name)
		} else {
			s.screen.say("export " + v.Name + "='" + v.Value + "'")
		}
	}
	s.screen.say("")
	s.screen.say("curl " + s.front)
	<-ctx.Done()
}
