// Package keypair is the embedded cloud's key pairs: made here or imported,
// with the fingerprints that AWS gives them.
package keypair

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/crypto/ssh"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

var kind = shelf.Kind{
	Type: "key-pair", Prefix: "key", Malformed: "InvalidKeyPair.NotFound", NotFound: "InvalidKeyPair.NotFound",
	One: "The key pair with ID %s does not exist",
}

// Pairs are the key pairs of one account and region. Its operations are methods
// with the SDK's types, called inside the loop.
type Pairs struct {
	tags *shelf.Tags
	all  *shelf.Shelf[*pair]
}

// New makes an account without key pairs.
func New(tags *shelf.Tags) *Pairs {
	return &Pairs{tags: tags, all: shelf.New(kind, tags, facts)}
}

// Kept gives the kinds of things that can be tagged here.
func (p *Pairs) Kept() []shelf.Kept { return []shelf.Kept{p.all} }

// pair is the public half of a key; the private one is given away once.
type pair struct {
	id    string
	line  string // of authorized_keys
	about types.KeyPairInfo
}

// PublicKey gives the line of authorized_keys of a key pair, or refuses a name
// that none has.
func (p *Pairs) PublicKey(name string) (line string, err error) {
	if k := p.named(name); k != nil {
		return k.line, nil
	}
	return "", unknown(name)
}

func unknown(name string) error {
	return wire.Errorf("InvalidKeyPair.NotFound", "The key pair '%s' does not exist", name)
}

func (p *Pairs) named(name string) *pair {
	for _, k := range p.all.All() {
		if *k.about.KeyName == name {
			return k
		}
	}
	return nil
}

// checkName refuses a name that no key pair may have, or that one has.
func (p *Pairs) checkName(name string) error {
	switch {
	case name == "":
		return missing
	case len(name) > 255:
		return wire.Errorf("InvalidParameterValue", "Value for parameter keyName is invalid. Length exceeds maximum of 255.")
	case p.named(name) != nil:
		return wire.Errorf("InvalidKeyPair.Duplicate", "The keypair '%s' already exists.", name)
	}
	return nil
}

func (p *Pairs) add(name string, public ssh.PublicKey, fingerprint string, tags []types.Tag) (*pair, error) {
	algorithm := types.KeyTypeRsa
	if public.Type() == ssh.KeyAlgoED25519 {
		algorithm = types.KeyTypeEd25519
	}
	k := &pair{id: kind.NewID(), line: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))) + " " + name}
	k.about = types.KeyPairInfo{KeyPairId: &k.id, KeyName: &name, KeyFingerprint: &fingerprint, KeyType: algorithm, CreateTime: aws.Time(time.Now().UTC().Truncate(time.Second))}
	p.all.Put(k.id, k)
	return k, p.tags.Put(k.id, tags)
}

func keyTags(specs []types.TagSpecification) ([]types.Tag, error) {
	tags, err := shelf.Specified(specs, types.ResourceTypeKeyPair)
	if err == nil {
		err = shelf.CheckKeys(tags[types.ResourceTypeKeyPair])
	}
	return tags[types.ResourceTypeKeyPair], err
}

// CreateKeyPair makes a key pair and gives its private half.
func (p *Pairs) CreateKeyPair(ctx context.Context, in *ec2.CreateKeyPairInput) (*ec2.CreateKeyPairOutput, error) {
	name := aws.ToString(in.KeyName)
	if err := p.checkName(name); err != nil {
		return nil, err
	}
	tags, err := keyTags(in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	if in.KeyFormat != "" && in.KeyFormat != types.KeyFormatPem {
		return nil, wire.Errorf("UnsupportedOperation", "The key format %s is not supported here; pem is", in.KeyFormat)
	}
	made, err := newKey(in.KeyType, name)
	if err != nil {
		return nil, err
	}
	k, err := p.add(name, made.public, made.fingerprint, tags)
	if err != nil {
		return nil, err
	}
	return &ec2.CreateKeyPairOutput{
		KeyPairId: &k.id, KeyName: &name, KeyFingerprint: k.about.KeyFingerprint, KeyMaterial: &made.material, Tags: p.tags.Of(k.id),
	}, nil
}

// ImportKeyPair takes the public half of a key: RSA or Ed25519.
func (p *Pairs) ImportKeyPair(ctx context.Context, in *ec2.ImportKeyPairInput) (*ec2.ImportKeyPairOutput, error) {
	name := aws.ToString(in.KeyName)
	if err := p.checkName(name); err != nil {
		return nil, err
	}
	tags, err := keyTags(in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	key, fingerprint, err := readKey(in.PublicKeyMaterial)
	if err != nil {
		return nil, err
	}
	k, err := p.add(name, key, fingerprint, tags)
	if err != nil {
		return nil, err
	}
	return &ec2.ImportKeyPairOutput{KeyPairId: &k.id, KeyName: &name, KeyFingerprint: &fingerprint, Tags: p.tags.Of(k.id)}, nil
}

var facts = shelf.Facts[*pair]{
	"key-pair-id": func(k *pair) []string { return []string{k.id} },
	"key-name":    func(k *pair) []string { return shelf.Text(k.about.KeyName) },
	"fingerprint": func(k *pair) []string { return shelf.Text(k.about.KeyFingerprint) },
}

// DescribeKeyPairs finds key pairs.
func (p *Pairs) DescribeKeyPairs(ctx context.Context, in *ec2.DescribeKeyPairsInput) (*ec2.DescribeKeyPairsOutput, error) {
	ids := in.KeyPairIds
	for _, name := range in.KeyNames {
		k := p.named(name)
		if k == nil {
			return nil, unknown(name)
		}
		ids = append(ids, k.id)
	}
	found, err := p.all.Query(ids, in.Filters)
	out := &ec2.DescribeKeyPairsOutput{}
	for _, k := range found {
		about := k.about
		about.Tags = p.tags.Of(k.id)
		if aws.ToBool(in.IncludePublicKey) {
			about.PublicKey = &k.line
		}
		out.KeyPairs = append(out.KeyPairs, about)
	}
	return out, err
}

// DeleteKeyPair forgets a key pair; instances keep the key. An unknown one is
// no error in EC2.
func (p *Pairs) DeleteKeyPair(ctx context.Context, in *ec2.DeleteKeyPairInput) (*ec2.DeleteKeyPairOutput, error) {
	out := &ec2.DeleteKeyPairOutput{Return: aws.Bool(true)}
	k := p.named(aws.ToString(in.KeyName))
	if id := aws.ToString(in.KeyPairId); id != "" {
		k, _ = p.all.Look(id)
	} else if aws.ToString(in.KeyName) == "" {
		return nil, missing
	}
	if k != nil {
		out.KeyPairId = &k.id
		p.all.Remove(k.id)
	}
	return out, nil
}

var missing = wire.Errorf("MissingParameter", "The request must contain the parameter KeyName")

// SeedKeyPair adds a key pair; the public key is a line of authorized_keys.
func (p *Pairs) SeedKeyPair(name, publicKey string) error {
	if err := p.checkName(name); err != nil {
		return err
	}
	key, fingerprint, err := readKey([]byte(publicKey))
	if err != nil {
		return err
	}
	_, err = p.add(name, key, fingerprint, nil)
	return err
}

// Register lets m serve the key pairs' operations.
func (p *Pairs) Register(m *wire.Mux) {
	wire.Handle(m, wire.EC2, p.CreateKeyPair, wire.Fields{Reads: "KeyName KeyType KeyFormat TagSpecifications"})
	wire.Handle(m, wire.EC2, p.ImportKeyPair, wire.Fields{Reads: "KeyName PublicKeyMaterial TagSpecifications"})
	wire.Handle(m, wire.EC2, p.DescribeKeyPairs, wire.Fields{Reads: "KeyNames KeyPairIds Filters IncludePublicKey"})
	wire.Handle(m, wire.EC2, p.DeleteKeyPair, wire.Fields{Reads: "KeyName KeyPairId"})
}
