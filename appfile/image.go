package appfile

import (
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"gekko"
)

// Forms of AWS's names and ids. They are wide: AWS itself says what is there.
var (
	accountForm  = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm   = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)
	imageForm    = regexp.MustCompile(`^ami-[0-9a-f]{8,17}$`)
	ownerForm    = regexp.MustCompile(`^([0-9]{12}|self|amazon|aws-marketplace)$`)
	typeForm     = regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+$`)
	subnetForm   = regexp.MustCompile(`^subnet-[0-9a-zA-Z]+$`)
	groupForm    = regexp.MustCompile(`^sg-[0-9a-zA-Z]+$`)
	userForm     = regexp.MustCompile(`^[a-z_][a-z0-9_.-]{0,31}$`)
	parameterFit = regexp.MustCompile(`^[a-zA-Z0-9_./:-]+$`)
)

// What a builder is when the file does not say.
const defaultType = "t3.small"

func (r *reader) image(n ast.Node, i *gekko.ImagePlan) {
	i.InstanceType = defaultType
	tuned := true
	at := r.mapping(n, "image", keys{
		"base":            func(n ast.Node) { r.base(n, &i.Base) },
		"instance-type":   r.matching(&i.InstanceType, typeForm, "an instance type, as t3.small"),
		"ssh":             func(n ast.Node) { r.ssh(n, i) },
		"ssh-from":        func(n ast.Node) { r.sshFrom(n, &i.SSHFrom) },
		"subnet":          r.matching(&i.Subnet, subnetForm, "a subnet's id, as subnet-0abc"),
		"security-groups": r.textsMatching(&i.SecurityGroups, groupForm, "a security group's id, as sg-0abc"),
		"volume":          func(n ast.Node) { r.volume(n, i) },
		"tune":            r.claim(&tuned),
	})
	i.Untuned = !tuned
	if at != nil && at["base"] == nil {
		r.wrong(n, "image.base is missing: name the image to build on")
	}
}

// base reads which image to build on: an id, or keys that find one.
func (r *reader) base(n ast.Node, b *gekko.BaseImage) {
	var id string
	if _, ok := n.(ast.MapNode); !ok {
		r.matching(&id, imageForm, "an image's id, as ami-0123456789abcdef0")(n)
		b.ID = gekko.ImageID(id)
		return
	}
	at := r.mapping(n, "image.base", keys{
		"id":        r.matching(&id, imageForm, "an image's id, as ami-0123456789abcdef0"),
		"name":      r.text(&b.Name),
		"owner":     r.matching(&b.Owner, ownerForm, "an account of twelve digits in quotes, self, amazon or aws-marketplace"),
		"parameter": r.matching(&b.Parameter, parameterFit, "the name of an SSM parameter"),
	})
	b.ID = gekko.ImageID(id)
	ways := 0
	for _, key := range []string{"id", "name", "parameter"} {
		if at[key] != nil {
			ways++
		}
	}
	switch {
	case ways != 1:
		r.wrong(n, "image.base: name the image in just one way: by id, by name with owner, or by parameter")
	case at["name"] != nil && at["owner"] == nil:
		r.wrong(at["name"], "image.base.name needs image.base.owner: anyone may give an image of theirs this name")
	case at["owner"] != nil && at["name"] == nil:
		r.wrong(at["owner"], "image.base.owner goes with image.base.name only")
	}
}

func (r *reader) ssh(n ast.Node, i *gekko.ImagePlan) {
	at := r.mapping(n, "image.ssh", keys{
		"user":          r.matching(&i.User, userForm, "a user's name"),
		"port":          r.whole(&i.Port, 1, 65535),
		"key-pair":      r.text(&i.KeyPair),
		"identity-file": r.text(&i.IdentityFile),
		"patience":      r.duration(&i.Patience, time.Hour),
	})
	switch {
	case at["key-pair"] != nil && at["identity-file"] == nil:
		r.wrong(at["key-pair"], "image.ssh.key-pair needs image.ssh.identity-file, its private key; without both a temporary pair is made")
	case at["identity-file"] != nil && at["key-pair"] == nil:
		r.wrong(at["identity-file"], "image.ssh.identity-file needs image.ssh.key-pair, the name of its key pair; without both a temporary pair is made")
	}
}

func (r *reader) sshFrom(n ast.Node, to *string) {
	var s string
	r.text(&s)(n)
	if s == "" {
		return
	}
	text := s
	if !strings.Contains(text, "/") {
		if ip, err := netip.ParseAddr(text); err == nil {
			text = netip.PrefixFrom(ip, ip.BitLen()).String()
		}
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		r.wrong(n, "%q is not a network, as 203.0.113.0/24", s)
	case p.Bits() == 0:
		r.wrong(n, "%s is the whole world; name the network that you come from", s)
	case p != p.Masked():
		r.wrong(n, "%s has bits beyond its mask; want %v", s, p.Masked())
	default:
		*to = p.String()
	}
}

func (r *reader) volume(n ast.Node, i *gekko.ImagePlan) {
	r.mapping(n, "image.volume", keys{
		"size":      r.whole(&i.VolumeGiB, 1, 16384),
		"encrypted": r.claim(&i.Encrypted),
	})
}
