package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/appfile"
)

type initOptions struct {
	app, region, file string
	force             bool
}

func newInit(env *Env) *cobra.Command {
	o := &initOptions{}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a commented gekko.yaml",
		Long: `Writes a gekko.yaml to begin with: every key is there, with what it means. A file
that exists is left alone unless --force is given.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	f := cmd.Flags()
	f.StringVar(&o.app, "app", "", "the app's `name` (default: this folder's)")
	f.StringVar(&o.region, "region", "", "the AWS `region` (default: AWS_REGION)")
	f.StringVarP(&o.file, "file", "f", appfile.Name, "write to `FILE`")
	f.BoolVar(&o.force, "force", false, "write over a file that exists")
	return cmd
}

func (o *initOptions) run(_ context.Context, env *Env) error {
	name, err := o.name()
	if err != nil {
		return err
	}
	region := o.region
	if region == "" {
		region = env.Getenv("AWS_REGION")
	}
	if err := o.write(appfile.Template(name, region)); err != nil {
		return err
	}
	fmt.Fprintf(env.Err, "%s written for app %s. Next: edit it, then gekko doctor.\n", o.file, name)
	return nil
}

// write puts the whole file in place, or leaves what is there as it is.
func (o *initOptions) write(text []byte) error {
	if _, err := os.Lstat(o.file); err == nil && !o.force {
		return gekko.Hint(fmt.Errorf("%s: %w: it exists already", o.file, gekko.ErrConflict), "gekko init --force, or -f FILE")
	}
	f, err := os.CreateTemp(filepath.Dir(o.file), ".gekko-init-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", o.file, err)
	}
	return os.Rename(f.Name(), o.file)
}

var notOfAppNames = regexp.MustCompile(`[^a-z0-9]+`)

// name is the one asked for, or what of this folder's name can be one.
func (o *initOptions) name() (gekko.AppName, error) {
	if o.app != "" {
		return gekko.ParseAppName(o.app)
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	name := notOfAppNames.ReplaceAllString(strings.ToLower(filepath.Base(dir)), "-")
	name = strings.Trim(name[:min(len(name), 16)], "-")
	app, err := gekko.ParseAppName(name)
	return app, gekko.Hint(err, "gekko init --app NAME")
}
