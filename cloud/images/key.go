package images

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// ImportKey makes a key pair of a public key in OpenSSH's one-line form. The
// private half never leaves the caller, and an answer that gets lost loses
// nothing: a pair of that name that is marked as this bake's is the one.
func (c *Store) ImportKey(ctx context.Context, name string, public []byte, bake gekko.Bake) error {
	_, err := c.ec2.ImportKeyPair(ctx, &ec2.ImportKeyPairInput{
		KeyName:           aws.String(name),
		PublicKeyMaterial: public,
		TagSpecifications: tagged(tag.OfBake(bake), ec2types.ResourceTypeKeyPair),
	})
	if answer.Code(err) == "InvalidKeyPair.Duplicate" {
		found, look := c.keyPairs(ctx, having("key-name", name), having("tag:"+tag.Bake, bake.ID))
		if look == nil && len(found) > 0 {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("key pair %s: %w", name, answer.Kind(err))
	}
	return nil
}

// PublicKey is the public half of a key pair, as a line of authorized_keys; it
// is empty if the cloud does not tell.
func (c *Store) PublicKey(ctx context.Context, name string) (string, error) {
	out, err := c.ec2.DescribeKeyPairs(ctx, &ec2.DescribeKeyPairsInput{KeyNames: []string{name}, IncludePublicKey: aws.Bool(true)})
	if err == nil && len(out.KeyPairs) == 0 {
		err = gekko.ErrNotFound
	}
	if err != nil {
		return "", gekko.Hint(fmt.Errorf("key pair %s: %w", name, answer.Kind(err)), "-k with another name, or without -k and -i for a temporary pair")
	}
	return aws.ToString(out.KeyPairs[0].PublicKey), nil
}

// DeleteKey deletes a key pair; one that is gone is deleted already.
func (c *Store) DeleteKey(ctx context.Context, name string) error {
	_, err := c.ec2.DeleteKeyPair(ctx, &ec2.DeleteKeyPairInput{KeyName: aws.String(name)})
	if err != nil && !answer.Gone(answer.Kind(err)) {
		return fmt.Errorf("key pair %s: %w", name, answer.Kind(err))
	}
	return nil
}

// keyPairs are those that fit the filters; EC2 gives them in one page.
func (c *Store) keyPairs(ctx context.Context, filters ...ec2types.Filter) ([]ec2types.KeyPairInfo, error) {
	out, err := c.ec2.DescribeKeyPairs(ctx, &ec2.DescribeKeyPairsInput{Filters: filters})
	if err != nil {
		return nil, fmt.Errorf("key pairs: %w", answer.Kind(err))
	}
	return out.KeyPairs, nil
}
