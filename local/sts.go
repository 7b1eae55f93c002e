package local

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gekko/local/wire"
)

// callerIdentity answers as for the account's root: this cloud has one caller.
func (w *World) callerIdentity(context.Context, *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	return &sts.GetCallerIdentityOutput{
		Account: aws.String(w.account),
		Arn:     aws.String("arn:aws:iam::" + w.account + ":root"),
		UserId:  aws.String(w.account),
	}, nil
}

func (w *World) registerSTS(m *wire.Mux) {
	wire.Handle(m, wire.STS, w.callerIdentity, wire.Fields{})
}
