package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/local"
	"gekko/local/fault"
	"gekko/local/machine"
)

type localOptions struct {
	serve  local.ServeOptions
	like   string
	region string
	calls  string
	faults []string
}

func newLocal(env *Env) *cobra.Command {
	o := &localOptions{}
	cmd := &cobra.Command{
		Use:   "local [flags] [-- COMMAND…]",
		Short: "Serve an AWS-compatible cloud on this machine",
		Long: `Serves an AWS-compatible cloud on a loopback address, in the foreground: EC2,
Auto Scaling, Classic and Application Load Balancers, CloudWatch, STS and SSM
parameters. Instances are processes that really run, balancers carry real
requests, and nothing outlives the command. It prints what to export so that
other programs use it.

With a COMMAND it runs that with this environment, ends everything, and exits
as the command did.

--fault lets things go wrong, to see how a program takes it:
` + fault.Words,
		Example: `  gekko local --like gekko.yaml
  gekko local --like gekko.yaml -- sh -c 'gekko snapshot create && gekko status'
  gekko local --fault throttle=0.1 --fault stale=10s --fault no-capacity=us-east-1a`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if at := cmd.ArgsLenAtDash(); at > 0 || at < 0 && len(args) > 0 {
				return badUsage("local: a command comes after --")
			}
			return o.run(cmd.Context(), env, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.serve.Listen, "listen", "", "serve on this loopback `address` (default: 127.0.0.1 and a free port)")
	f.StringVar(&o.like, "like", "", "begin with the account, region, network, key pair, base image and balancer that `FILE` names")
	f.StringVar(&o.region, "region", "", "be this AWS `region` (default: that of --like, or us-east-1)")
	f.StringVar(&o.serve.AccessKeyID, "access-key-id", "", "the access key `id` that calls must be signed with (default: a random one)")
	f.StringVar(&o.serve.SecretAccessKey, "secret-access-key", "", "its secret `key` (default: a random one)")
	f.DurationVar(&o.serve.BootTime, "boot-time", 0, "instances are pending for at least this `time`")
	f.DurationVar(&o.serve.ImageTime, "image-time", 0, "images are pending for at least this `time`")
	f.StringVar(&o.calls, "calls", "", "append to `FILE` which operations are called, a line each")
	f.StringArrayVar(&o.faults, "fault", nil, "let a `FAULT` happen, as above; may be given more than once")
	f.BoolVar(&o.serve.Unconfined, "unconfined", false, "serve although nothing here can keep an instance's processes from this machine's files")
	return cmd
}

func (o *localOptions) run(ctx context.Context, env *Env, command []string) error {
	ctx, unwatch := machine.WatchParent(ctx)
	defer unwatch()
	var err error
	if o.serve.Faults, err = fault.Parse(o.faults); err != nil {
		return badUsage("local: %w", err)
	}
	if err := o.likeness(); err != nil {
		return err
	}
	if o.calls != "" {
		calls, err := openCalls(o.calls)
		if err != nil {
			return err
		}
		defer calls.close(env)
		o.serve.Called = calls.note
	}
	switch {
	case o.serve.Region != "" && !regionForm.MatchString(o.serve.Region):
		return badUsage("local: --region %s: want a region's name, as us-east-1", o.serve.Region)
	case o.serve.BootTime < 0 || o.serve.ImageTime < 0:
		return badUsage("local: --boot-time and --image-time cannot be negative")
	}
	server, err := local.NewServer(ctx, o.serve)
	if errors.Is(err, syscall.EADDRINUSE) {
		return gekko.Hint(fmt.Errorf("embedded cloud: %w: %w", gekko.ErrConflict, err), "another --listen, or none for a free port")
	}
	if err != nil {
		return fmt.Errorf("embedded cloud: %w", err)
	}
	if server.Gap != "" {
		env.complain("note: ", server.Gap)
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- server.Run(running) }()
	if len(command) == 0 {
		printEnvironment(ctx, env, server)
		err = <-ended
		if ctx.Err() != nil && err == nil {
			fmt.Fprintln(env.Err, "Everything has ended; nothing is left.")
		}
		return err
	}
	status := runWithin(ctx, env, server, command)
	stop()
	return errors.Join(status, <-ended)
}

// likeness reads the file that the cloud is to be like. The cloud itself is
// told plain values of AWS's: it does not know the file.
func (o *localOptions) likeness() error {
	if o.like == "" {
		o.serve.Region = o.region
		return nil
	}
	at := place{file: o.like}
	app, _, err := at.app()
	if err != nil {
		return err
	}
	o.serve.Account, o.serve.Region = app.Account, app.Region
	if o.region != "" {
		o.serve.Region = o.region
	}
	o.serve.Like, err = likeApp(app)
	return err
}

// printEnvironment prints, as lines for a shell, what makes programs use this
// cloud and nothing else.
func printEnvironment(ctx context.Context, env *Env, s *local.Server) {
	fmt.Fprintf(env.Err, "An AWS-compatible cloud of your own at %s, until Ctrl-C.\n", s.Endpoint)
	fmt.Fprintf(env.Err, "Its instances are kept apart by: %s.\n", s.Confinement)
	if s.SSHPort != 22 {
		fmt.Fprintf(env.Err, "They listen for SSH on port %d, as port 22 is not to be had.\n", s.SSHPort)
	}
	fronts, err := s.Fronts(ctx)
	if err != nil {
		env.complain("note: ", err.Error())
	}
	for _, f := range fronts {
		fmt.Fprintf(env.Err, "Balancer %s takes requests at %s.\n", f.Balancer, f.URL)
	}
	fmt.Fprintln(env.Err, "In another shell (a program that does not read AWS_ENDPOINT_URL wants --endpoint-url "+s.Endpoint+"):")
	fmt.Fprintln(env.Err)
	for _, v := range variables(s) {
		if v.Unset {
			fmt.Fprintf(env.Out, "unset %s\n", v.Name)
		} else {
			fmt.Fprintf(env.Out, "export %s=%s\n", v.Name, shellQuoted(v.Value))
		}
	}
}

func shellQuoted(s string) string {
	plain := strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-+=@", r)
	}) < 0
	if plain && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Variables of our own in the environment of an embedded cloud.
const (
	sshPortVariable = "GEKKO_SSH_PORT"       // of instances, unless gekko.yaml names one
	frontVariable   = "GEKKO_LOCAL_BALANCER" // the first balancer's URL, for a command that runs within
)

// variables are the cloud's own, and what gekko must know besides.
func variables(s *local.Server) []local.Variable {
	return append(s.Environment(s.Endpoint, os.Environ()),
		local.Variable{Name: sshPortVariable, Value: strconv.Itoa(s.SSHPort)})
}

// runWithin runs a command in the cloud's environment and gives its status.
func runWithin(ctx context.Context, env *Env, s *local.Server, command []string) error {
	vars := variables(s)
	if fronts, err := s.Fronts(ctx); err == nil && len(fronts) > 0 {
		vars = append(vars, local.Variable{Name: frontVariable, Value: fronts[0].URL})
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = env.In, env.Out, env.Err
	cmd.Env = local.Overlay(os.Environ(), vars)
	// A terminal's Ctrl-C has reached the command too; one that only this
	// process was told of is passed on after a while.
	cmd.Cancel = func() error {
		time.AfterFunc(5*time.Second, func() { cmd.Process.Signal(syscall.SIGTERM) })
		return nil
	}
	cmd.WaitDelay = 15 * time.Second
	err := cmd.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return gekko.Hint(err, "gekko local -- COMMAND…")
	}
	if signal, ok := exit.Sys().(syscall.WaitStatus); ok && signal.Signaled() {
		return exitStatus(128 + int(signal.Signal()))
	}
	return exitStatus(exit.ExitCode())
}
