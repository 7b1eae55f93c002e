package keypair

import (
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

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/crypto/ssh"

	"gekko/local/wire"
)

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
