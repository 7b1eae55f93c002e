package cloud

import (
	"context"
	"io"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// endingBody keeps connections alive that answer fast. The SDK closes a request's
// body once the answer begins; net/http, which may not have looked yet whether
// there is more of it, then gets io.EOF as an error from the body's WriteTo and
// closes the connection, with the answer half read. A body without WriteTo just
// ends.
func endingBody(s *middleware.Stack) error {
	return s.Build.Add(middleware.BuildMiddlewareFunc("EndingBody", func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
		if r, ok := in.Request.(*smithyhttp.Request); ok {
			if body, ok := r.GetStream().(io.ReadSeeker); ok {
				var err error
				if in.Request, err = r.SetStream(struct{ io.ReadSeeker }{body}); err != nil {
					return middleware.BuildOutput{}, middleware.Metadata{}, err
				}
			}
		}
		return next.HandleBuild(ctx, in)
	}), middleware.After)
}
