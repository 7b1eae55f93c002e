package local_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local"
	"gekko/local/machine"
)

// A server's last calls come in while the world ends, and what ends in it is
// what they look at.
func TestAWorldEndsWhileItIsCalled(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w, err := local.New(local.Options{Dir: dir, Machines: func(s machine.Spec) (machine.Machine, error) {
			return machine.NewFunc(s, http.NotFoundHandler()), nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		key, secret := w.Credentials()
		client := elbv2.NewFromConfig(aws.Config{
			Region: "us-east-1", BaseEndpoint: aws.String("http://127.0.0.1"), HTTPClient: w.Client(),
			Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
		})
		ctx, end := context.WithCancel(t.Context())
		called := make(chan struct{})
		go func() {
			defer close(called)
			for i := range 300 {
				if i == 150 {
					end()
				}
				_, err := client.CreateTargetGroup(t.Context(), &elbv2.CreateTargetGroupInput{
					Name: aws.String(fmt.Sprint("g", i)), Protocol: elbv2types.ProtocolEnumHttp, Port: aws.Int32(80), VpcId: aws.String("vpc-1"),
				})
				if err != nil {
					t.Error(err)
				}
			}
		}()
		w.Run(ctx)
		<-called
	})
}

func TestAnAnswerWithoutASocketHasItsStatusLine(t *testing.T) {
	res, err := newWorld(t, local.Options{}).Client().Get("http://127.0.0.1/?Action=GetCallerIdentity&Version=2011-06-15")
	if err != nil || res.Status != "403 Forbidden" {
		t.Errorf("%v, %v", res, err)
	}
}
