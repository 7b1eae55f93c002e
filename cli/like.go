package cli

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"gekko"
	"gekko/local"
)

// likeApp is an app's file in AWS's values: what a cloud must have so that the
// file means something there.
func likeApp(app gekko.App) (local.Like, error) {
	like := local.Like{
		Subnets:         distinct(app.Image.Subnet, app.Group.Subnets),
		SecurityGroups:  distinct("", app.Image.SecurityGroups, app.Group.SecurityGroups),
		KeyPair:         app.Image.KeyPair,
		ImageID:         string(app.Image.Base.ID),
		ImageName:       app.Image.Base.Name,
		ImageOwner:      app.Image.Base.Owner,
		ImageParameter:  app.Image.Base.Parameter,
		ClassicBalancer: app.Balancer.Classic,
		ServicePort:     app.Service.Port,
		HealthPath:      app.Service.Health,
	}
	if like.KeyPair == "" {
		like.KeyPair = app.Group.KeyPair
	}
	var err error
	if like.KeyPair != "" {
		if like.PublicKey, err = publicKey(app.Image.IdentityFile); err != nil {
			return like, fmt.Errorf("key pair %s: %w", like.KeyPair, err)
		}
	}
	if app.Balancer.Listener != "" {
		like.ALB, like.ALBPort, err = listener(app.Balancer.Listener)
	}
	return like, err
}

// listener reads NAME:PORT, or the listener's ARN, which holds the balancer's
// name and not the port.
func listener(s string) (name string, port int, err error) {
	if _, path, ok := strings.Cut(s, ":listener/app/"); ok {
		name, _, _ = strings.Cut(path, "/")
		return name, 80, nil
	}
	name, digits, err := net.SplitHostPort(s)
	if err == nil {
		port, err = strconv.Atoi(digits)
	}
	if err != nil {
		return "", 0, fmt.Errorf("%w: listener %q: want NAME:PORT or an ARN", gekko.ErrInvalid, s)
	}
	return name, port, nil
}

// publicKey is the public half of a private key's file, or, without a file,
// that of a key that nobody has.
func publicKey(file string) (string, error) {
	if file == "" {
		public, _, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return "", err
		}
		key, err := ssh.NewPublicKey(public)
		if err != nil {
			return "", err
		}
		return string(ssh.MarshalAuthorizedKey(key)), nil
	}
	private, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	signer, err := ssh.ParsePrivateKey(private)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return string(ssh.MarshalAuthorizedKey(signer.PublicKey())), nil
}

// distinct puts lists together, each thing once and nothing empty.
func distinct(first string, lists ...[]string) []string {
	var all []string
	seen := map[string]bool{"": true}
	for _, list := range append([][]string{{first}}, lists...) {
		for _, s := range list {
			if !seen[s] {
				seen[s] = true
				all = append(all, s)
			}
		}
	}
	return all
}
