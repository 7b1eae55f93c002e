package cloud

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"gekko"
)

// addressCheck is AWS's own service that answers with the address a call comes
// from (https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html).
const addressCheck = "https://checkip.amazonaws.com"

// CallerAddress is where AWS sees this machine's calls come from.
func (c *Cloud) CallerAddress(ctx context.Context) (string, error) {
	return callerAddress(ctx, addressCheck)
}

func callerAddress(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", fmt.Errorf("own address: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		err = fmt.Errorf("own address: %w: %w", gekko.ErrUnavailable, err)
		return "", gekko.Hint(err, "set image.ssh-from in gekko.yaml to the network that you come from")
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 100))
	if err != nil {
		return "", fmt.Errorf("own address: %w", err)
	}
	ip, err := netip.ParseAddr(strings.TrimSpace(string(body)))
	if err != nil || resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("own address: %w: %s answered %s with %q", gekko.ErrUnavailable, url, resp.Status, body)
		return "", gekko.Hint(err, "set image.ssh-from in gekko.yaml to the network that you come from")
	}
	return ip.Unmap().String(), nil
}
