package compute

import (
	"context"
	"crypto/ed25519"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/crypto/ssh"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

var keyKind = shelf.Kind{
	Type: "key-pair", Prefix: "key", Malformed: "InvalidKeyPair.NotFound", NotFound: "InvalidKeyPair.NotFound",
	One: "The key pair with ID %s does not exist",
}

// keyPair is the public half of a key; the private one is given away once.
type keyPair struct {
	id    string
	line  string // of authorized_keys
	about types.KeyPairInfo
}

func unknownKey(name string) error {
	return wire.Errorf("InvalidKeyPair.NotFound", "The key pair '%s' does not exist", name)
}

func (c *Cloud) keyNamed(name string) *keyPair {
	for _, k := range c.keys.All() {
		if *k.about.KeyName == name {
			return k
		}
	}
	return nil
}

// checkKeyName refuses a name that no key pair may have, or that one has.
func (c *Cloud) checkKeyName(name string) error {
	switch {
	case name == "":
		return missing("KeyName")
	case len(name) > 255:
		return wire.Errorf("InvalidParameterValue", "Value for parameter keyName is invalid. Length exceeds maximum of 255.")
	case c.keyNamed(name) != nil:
		return wire.Errorf("InvalidKeyPair.Duplicate", "The keypair '%s' already exists.", name)
	}
	return nil
}

func (c *Cloud) addKey(name string, public ssh.PublicKey, fingerprint string, tags []types.Tag) *keyPair {
	kind := types.KeyTypeRsa
	if public.Type() == ssh.KeyAlgoED25519 {
		kind = types.KeyTypeEd25519
	}
	k := &keyPair{id: keyKind.NewID(), line: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))) + " " + name}
	k.about = types.KeyPairInfo{KeyPairId: &k.id, KeyName: &name, KeyFingerprint: &fingerprint, KeyType: kind, CreateTime: aws.Time(now())}
	c.keys.Put(k.id, k)
	c.put(k.id, tags)
	return k
}

func keyTags(specs []types.TagSpecification) ([]types.Tag, error) {
	tags, err := shelf.Specified(specs, types.ResourceTypeKeyPair)
	if err == nil {
		err = shelf.CheckKeys(tags[types.ResourceTypeKeyPair])
	}
	return tags[types.ResourceTypeKeyPair], err
}

// CreateKeyPair makes a key pair and gives its private half.
func (c *Cloud) CreateKeyPair(ctx context.Context, in *ec2.CreateKeyPairInput) (*ec2.CreateKeyPairOutput, error) {
	name := aws.ToString(in.KeyName)
	if err := c.checkKeyName(name); err != nil {
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
	k := c.addKey(name, made.public, made.fingerprint, tags)
	return &ec2.CreateKeyPairOutput{
		KeyPairId: &k.id, KeyName: &name, KeyFingerprint: k.about.KeyFingerprint, KeyMaterial: &made.material, Tags: c.tags.Of(k.id),
	}, nil
}

type madeKey struct {
	public      ssh.PublicKey
	material    string // the private half, PEM
	fingerprint string
}

// newKey makes a key. AWS's fingerprint of an RSA key that it made is the SHA-1
// of the private half in PKCS#8
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html).
func newKey(kind types.KeyType, comment string) (madeKey, error) {
	switch kind {
	case types.KeyTypeEd25519:
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return madeKey{}, fmt.Errorf("key pair: %w", err)
		}
		block, err := ssh.MarshalPrivateKey(private, comment)
		if err != nil {
			return madeKey{}, fmt.Errorf("key pair: %w", err)
		}
		key, err := ssh.NewPublicKey(public)
		if err != nil {
			return madeKey{}, fmt.Errorf("key pair: %w", err)
		}
		return madeKey{key, string(pem.EncodeToMemory(block)), ed25519Fingerprint(key)}, nil
	case types.KeyTypeRsa, "":
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return madeKey{}, fmt.Errorf("key pair: %w", err)
		}
		der, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			return madeKey{}, fmt.Errorf("key pair: %w", err)
		}
		key, err := ssh.NewPublicKey(&private.PublicKey)
		if err != nil {
			return madeKey{}, fmt.Errorf("key pair: %w", err)
		}
		sum := sha1.Sum(der)
		material := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})
		return madeKey{key, string(material), colons(sum[:])}, nil
	}
	return madeKey{}, wire.Errorf("InvalidParameterValue", "Value (%s) for parameter KeyType is invalid. Valid values are rsa and ed25519.", kind)
}

func colons(sum []byte) string {
	pairs := make([]string, len(sum))
	for n, b := range sum {
		pairs[n] = hex.EncodeToString([]byte{b})
	}
	return strings.Join(pairs, ":")
}

func ed25519Fingerprint(key ssh.PublicKey) string {
	sum := sha256.Sum256(key.Marshal())
	return base64.StdEncoding.EncodeToString(sum[:])
}

// readKey reads a public key as ssh-keygen writes it. AWS's fingerprint of an
// RSA key that it was given is the MD5 of the public half.
func readKey(material []byte) (ssh.PublicKey, string, error) {
	malformed := wire.Errorf("InvalidKey.Format", "Key is not in valid OpenSSH public key format")
	key, _, _, _, err := ssh.ParseAuthorizedKey(material)
	if err != nil {
		return nil, "", malformed
	}
	if key.Type() == ssh.KeyAlgoED25519 {
		return key, ed25519Fingerprint(key), nil
	}
	public, ok := key.(ssh.CryptoPublicKey)
	if !ok || key.Type() != ssh.KeyAlgoRSA {
		return nil, "", malformed
	}
	der, err := x509.MarshalPKIXPublicKey(public.CryptoPublicKey())
	if err != nil {
		return nil, "", malformed
	}
	sum := md5.Sum(der)
	return key, colons(sum[:]), nil
}

// ImportKeyPair takes the public half of a key: RSA or Ed25519.
func (c *Cloud) ImportKeyPair(ctx context.Context, in *ec2.ImportKeyPairInput) (*ec2.ImportKeyPairOutput, error) {
	name := aws.ToString(in.KeyName)
	if err := c.checkKeyName(name); err != nil {
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
	k := c.addKey(name, key, fingerprint, tags)
	return &ec2.ImportKeyPairOutput{KeyPairId: &k.id, KeyName: &name, KeyFingerprint: &fingerprint, Tags: c.tags.Of(k.id)}, nil
}

var keyFacts = shelf.Facts[*keyPair]{
	"key-pair-id": func(k *keyPair) []string { return []string{k.id} },
	"key-name":    func(k *keyPair) []string { return shelf.Text(k.about.KeyName) },
	"fingerprint": func(k *keyPair) []string { return shelf.Text(k.about.KeyFingerprint) },
}

// DescribeKeyPairs finds key pairs.
func (c *Cloud) DescribeKeyPairs(ctx context.Context, in *ec2.DescribeKeyPairsInput) (*ec2.DescribeKeyPairsOutput, error) {
	ids := in.KeyPairIds
	for _, name := range in.KeyNames {
		k := c.keyNamed(name)
		if k == nil {
			return nil, unknownKey(name)
		}
		ids = append(ids, k.id)
	}
	found, err := c.keys.Query(ids, in.Filters)
	out := &ec2.DescribeKeyPairsOutput{}
	for _, k := range found {
		about := k.about
		about.Tags = c.tags.Of(k.id)
		if aws.ToBool(in.IncludePublicKey) {
			about.PublicKey = &k.line
		}
		out.KeyPairs = append(out.KeyPairs, about)
	}
	return out, err
}

// DeleteKeyPair forgets a key pair; instances keep the key. An unknown one is
// no error in EC2.
func (c *Cloud) DeleteKeyPair(ctx context.Context, in *ec2.DeleteKeyPairInput) (*ec2.DeleteKeyPairOutput, error) {
	out := &ec2.DeleteKeyPairOutput{Return: aws.Bool(true)}
	k := c.keyNamed(aws.ToString(in.KeyName))
	if id := aws.ToString(in.KeyPairId); id != "" {
		k, _ = c.keys.Look(id)
	} else if aws.ToString(in.KeyName) == "" {
		return nil, missing("KeyName")
	}
	if k != nil {
		out.KeyPairId = &k.id
		c.keys.Remove(k.id)
	}
	return out, nil
}
