package appfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gekko/appfile"
)

// broken are files with what is said about them, word for word.
var broken = []struct{ name, text, want string }{
	{
		"an unknown key names the nearest one",
		"app: a\nimge: {base: ami-01234567}\n",
		`g:2:1: unknown key "imge" in the file; did you mean "image"?`,
	},
	{
		"an unknown key far from all names those that there are",
		"app: a\nbalancer:\n  classic: b\n  colour: red\n",
		`g:4:3: unknown key "colour" in balancer; the nearest is "rules"; known are classic, listener, rules`,
	},
	{
		"an unknown key deep inside",
		"app: a\nimage:\n  base: ami-01234567\n  ssh:\n    identityfile: k\n",
		`g:5:5: unknown key "identityfile" in image.ssh; did you mean "identity-file"?`,
	},
	{
		"letters swapped",
		"app: a\ngroup:\n  subntes: [subnet-0a]\n",
		`g:3:3: unknown key "subntes" in group; did you mean "subnets"?`,
	},
	{
		"no app",
		"region: eu-central-1\n",
		`g:1:1: app is missing: give the app a name`,
	},
	{
		"an empty file",
		"",
		`g:1:1: the file is empty; gekko init writes one to begin with`,
	},
	{
		"a file of comments only",
		"# nothing\n",
		`g:1:1: the file is empty; gekko init writes one to begin with`,
	},
	{
		"a list for a file",
		"- app: a\n",
		`g:1:1: the file is a list; want keys with values`,
	},
	{
		"a key twice",
		"app: a\nregion: eu-central-1\napp: b\n",
		`g:3:1: mapping key "app" already defined at [1:1]`,
	},
	{
		"bad syntax",
		"app: [a\n",
		`g:1:6: sequence end token ']' not found`,
	},
	{
		"a tab for indentation",
		"app: a\nimage:\n\tbase: ami-01234567\n",
		`g:3:1: found character '	' that cannot start any token`,
	},
	{
		"an app name too long",
		"app: a-name-of-17-chars\n",
		`g:1:6: app name "a-name-of-17-chars": want 1 to 16 characters of a-z, 0-9 and inner hyphens, beginning with a letter`,
	},
	{
		"an account without its first zero",
		"app: a\naccount: 12345678901\n",
		`g:2:10: "12345678901" is not twelve digits, in quotes`,
	},
	{
		"a region that is a zone",
		"app: a\nregion: eu-central-1a\n",
		`g:2:9: "eu-central-1a" is not a region's name, as eu-central-1`,
	},
	{
		"a key without a value",
		"app: a\nimage:\n",
		`g:2:8: image has no value: give it one, or leave the key out`,
	},
	{
		"an alias",
		"app: a\nimage:\n  base: &b ami-01234567\n  subnet: *b\n",
		`g:3:9: base: anchors, aliases and tags are not understood here: write the value out
g:4:11: subnet: anchors, aliases and tags are not understood here: write the value out`,
	},
	{
		"no base",
		"app: a\nimage:\n  instance-type: t3.small\n",
		`g:3:3: image.base is missing: name the image to build on`,
	},
	{
		"a name without owner",
		"app: a\nimage:\n  base:\n    name: debian-*\n",
		`g:4:5: image.base.name needs image.base.owner: anyone may give an image of theirs this name`,
	},
	{
		"an owner without name",
		"app: a\nimage:\n  base:\n    parameter: /x\n    owner: self\n",
		`g:5:5: image.base.owner goes with image.base.name only`,
	},
	{
		"two ways to name the base",
		"app: a\nimage:\n  base:\n    name: debian-*\n    owner: self\n    parameter: /x\n",
		`g:4:5: image.base: name the image in just one way: by id, by name with owner, or by parameter`,
	},
	{
		"a base that is no id",
		"app: a\nimage:\n  base: debian\n",
		`g:3:9: "debian" is not an image's id, as ami-0123456789abcdef0`,
	},
	{
		"a type for a text",
		"app: a\nimage:\n  base: ami-01234567\n  instance-type: [t3.small]\n",
		`g:4:18: want a text, not a list`,
	},
	{
		"an instance type that is none",
		"app: a\nimage:\n  base: ami-01234567\n  instance-type: small\n",
		`g:4:18: "small" is not an instance type, as t3.small`,
	},
	{
		"a key pair without its private key",
		"app: a\nimage:\n  base: ami-01234567\n  ssh:\n    key-pair: k\n",
		`g:5:5: image.ssh.key-pair needs image.ssh.identity-file, its private key; without both a temporary pair is made`,
	},
	{
		"a private key without its pair",
		"app: a\nimage:\n  base: ami-01234567\n  ssh:\n    identity-file: k\n",
		`g:5:5: image.ssh.identity-file needs image.ssh.key-pair, the name of its key pair; without both a temporary pair is made`,
	},
	{
		"a port out of range",
		"app: a\nimage:\n  base: ami-01234567\n  ssh: {port: 70000}\n",
		`g:4:15: 70000 is not a whole number from 1 to 65535`,
	},
	{
		"SSH from the world",
		"app: a\nimage:\n  base: ami-01234567\n  ssh-from: 0.0.0.0/0\n",
		`g:4:13: 0.0.0.0/0 is the whole world; name the network that you come from`,
	},
	{
		"SSH from no network",
		"app: a\nimage:\n  base: ami-01234567\n  ssh-from: here\n",
		`g:4:13: "here" is not a network, as 203.0.113.0/24`,
	},
	{
		"SSH from a network with bits beyond its mask",
		"app: a\nimage:\n  base: ami-01234567\n  ssh-from: 203.0.113.7/24\n",
		`g:4:13: 203.0.113.7/24 has bits beyond its mask; want 203.0.113.0/24`,
	},
	{
		"a size that is no number",
		"app: a\nimage:\n  base: ami-01234567\n  volume: {size: big}\n",
		`g:4:18: want a whole number, not "big"`,
	},
	{
		"a claim that is none",
		"app: a\nimage:\n  base: ami-01234567\n  tune: \"no\"\n",
		`g:4:9: want true or false, not "no"`,
	},
	{
		"a recipe that is no list",
		"app: a\nrecipe:\n  run: make\n",
		`g:3:3: want a list, not keys with values`,
	},
	{
		"a step that is two",
		"app: a\nrecipe:\n  - run: make\n    copy: {from: a, to: /a}\n",
		`g:3:5: a recipe step is either run or copy`,
	},
	{
		"a step of an unknown kind",
		"app: a\nrecipe:\n  - shell: make\n",
		`g:3:5: unknown key "shell" in a recipe step; the nearest is "copy"; known are copy, run`,
	},
	{
		"a copy to nowhere",
		"app: a\nrecipe:\n  - copy: {from: a}\n",
		`g:3:11: copy needs from, a path in the source, and to, where it goes on the image`,
	},
	{
		"a copy out of the source",
		"app: a\nrecipe:\n  - copy: {from: ../a, to: /a}\n",
		`g:3:12: copy.from "../a" is not a path within the source`,
	},
	{
		"a copy to a relative path",
		"app: a\nrecipe:\n  - copy: {from: a, to: a}\n",
		`g:3:21: copy.to "a" is not an absolute path of a file or folder`,
	},
	{
		"a mode that is none",
		"app: a\nrecipe:\n  - copy: {from: a, to: /a, mode: rwx}\n",
		`g:3:35: "rwx" is not an octal mode, as 0755`,
	},
	{
		"a ref that is an option",
		"app: a\nsource: {ref: --all}\n",
		`g:2:15: "--all" is not a commit, branch or tag`,
	},
	{
		"a service without port",
		"app: a\nservice:\n  command: /opt/a/a\n",
		`g:3:3: service.port is missing`,
	},
	{
		"a command of two lines",
		"app: a\nservice:\n  command: |\n    a\n    b\n  port: 80\n",
		`g:3:3: service.command is one line; put more into a script that the recipe copies`,
	},
	{
		"a health path that is none",
		"app: a\nservice: {command: /a, port: 80, health: healthz}\n",
		`g:2:42: "healthz" is not a path, as /healthz`,
	},
	{
		"PORT in the environment",
		"app: a\nservice:\n  command: /a\n  port: 80\n  env: {PORT: 81}\n",
		`g:5:9: PORT is set by service.port`,
	},
	{
		"a variable's name that is none",
		"app: a\nservice:\n  command: /a\n  port: 80\n  env: {a-b: 1}\n",
		`g:5:9: "a-b" is not the name of a variable`,
	},
	{
		"sizes without max",
		"app: a\ngroup:\n  sizes: {min: 1}\n",
		`g:3:10: group.sizes.max is missing`,
	},
	{
		"min above max",
		"app: a\ngroup:\n  sizes: {min: 3, max: 2}\n",
		`g:3:11: group.sizes.min 3 is above max 2`,
	},
	{
		"desired above max",
		"app: a\ngroup:\n  sizes: {min: 1, max: 2, desired: 3}\n",
		`g:3:27: group.sizes.desired 3 is above max 2`,
	},
	{
		"a bad duration",
		"app: a\ngroup: {health-grace: 5 minutes}\n",
		`g:2:23: want a duration, as 90s or 5m, not "5 minutes"`,
	},
	{
		"a duration without unit",
		"app: a\ngroup: {health-grace: 300}\n",
		`g:2:23: want a duration, as 90s or 5m, not "300"`,
	},
	{
		"a duration of no whole seconds",
		"app: a\ngroup: {health-grace: 1.5s}\n",
		`g:2:23: 1.5s is not a duration of whole seconds up to 2h0m0s`,
	},
	{
		"a subnet twice",
		"app: a\ngroup:\n  subnets: [subnet-0a, subnet-0a]\n",
		`g:3:24: "subnet-0a" is in the list twice`,
	},
	{
		"an unknown metric",
		"app: a\ngroup:\n  target-tracking: {metric: memory, target: 50}\n",
		`g:3:29: "memory" is not cpu or requests`,
	},
	{
		"a cpu target above all",
		"app: a\ngroup:\n  target-tracking: {metric: cpu, target: 150}\n",
		`g:3:34: group.target-tracking.target 150: a cpu target is in percent`,
	},
	{
		"a target without metric",
		"app: a\ngroup:\n  target-tracking: {target: 50}\n",
		`g:3:20: group.target-tracking needs metric, cpu or requests, and target`,
	},
	{
		"requests behind a Classic balancer",
		"app: a\ngroup:\n  target-tracking: {metric: requests, target: 50}\nbalancer: {classic: b}\n",
		`g:2:1: group.target-tracking.metric requests needs an ALB: a Classic balancer does not count by group`,
	},
	{
		"both balancers",
		"app: a\nbalancer:\n  classic: b\n  listener: b:80\n",
		`g:3:3: balancer: want just one of classic, a name, and listener, NAME:PORT of an ALB`,
	},
	{
		"rules of a Classic balancer",
		"app: a\nbalancer:\n  classic: b\n  rules: [default]\n",
		`g:4:3: balancer.rules: a Classic balancer has no rules`,
	},
	{
		"a listener without port",
		"app: a\nbalancer: {listener: front}\n",
		`g:2:22: "front" is not a listener: want NAME:PORT of an ALB, or the listener's ARN`,
	},
	{
		"a network load balancer",
		"app: a\nbalancer: {listener: \"arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/net/n/1/2\"}\n",
		`g:2:22: arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/net/n/1/2 is a Network Load Balancer's; gekko works with Classic and Application Load Balancers`,
	},
	{
		"a rule that is none",
		"app: a\nbalancer: {listener: \"b:80\", rules: [first]}\n",
		`g:2:38: "first" is not a rule: default, or a priority`,
	},
	{
		"a soak that is no duration",
		"app: a\nrelease:\n  soak: a day\n",
		`g:3:9: want a duration, as 90s or 5m, not "a day"`,
	},
	{
		"a soak beyond a month",
		"app: a\nrelease: {soak: 721h}\n",
		`g:2:17: 721h is not a duration of whole seconds up to 720h0m0s`,
	},
	{
		"a negative warm-up",
		"app: a\nrelease: {warm-up: -1m}\n",
		`g:2:20: -1m is not a duration of whole seconds up to 168h0m0s`,
	},
	{
		"a hold of no time",
		"app: a\nrelease: {max-hold: 0s}\n",
		`g:2:21: want a duration of a second at least`,
	},
	{
		"a canary of nobody, and a share of all",
		"app: a\nrelease:\n  canary: {size: 0, share: 100}\n",
		`g:3:18: 0 is not a whole number from 1 to 1000
g:3:28: 100 is not a whole number from 1 to 99`,
	},
	{
		"a canary's size without its name",
		"app: a\nrelease: {canary: 3}\n",
		`g:2:19: release.canary is "3"; want keys with values`,
	},
	{
		"two to be told",
		"app: a\nnotify:\n  exec: [tell]\n  url: https://example.org\n",
		`g:3:3: notify: want just one of exec, a program with its arguments, and url`,
	},
	{
		"nobody to be told",
		"app: a\nnotify: {exec: []}\n",
		`g:2:16: notify.exec is empty: name a program`,
	},
	{
		"a URL that is none, which might be a secret",
		"app: a\nnotify: {url: hooks.example.org/secret}\n",
		`g:2:15: notify.url is not a URL that begins with https:// or http://`,
	},
	{
		"several things at once, from top to bottom",
		"app: A\nregion: x\ngroup:\n  sizes: {max: 0}\n  grace: 5s\n",
		`g:1:6: app name "A": want 1 to 16 characters of a-z, 0-9 and inner hyphens, beginning with a letter
g:2:9: "x" is not a region's name, as eu-central-1
g:4:16: 0 is not a whole number from 1 to 10000
g:5:3: unknown key "grace" in group; did you mean "health-grace"?`,
	},
	{
		"a second document",
		"app: a\n---\napp: b\n",
		`g:3:1: a second document begins here; the file is one app's`,
	},
}

func TestWhatIsWrongIsToldWithItsPlace(t *testing.T) {
	for _, b := range broken {
		t.Run(b.name, func(t *testing.T) {
			_, err := appfile.Parse("g", []byte(b.text))
			if err == nil {
				t.Fatal("taken as good")
			}
			if d := cmp.Diff(b.want, err.Error()); d != "" {
				t.Error(d)
			}
		})
	}
}
