// Package answer reads what AWS answers: each of its errors as a kind of ours, and
// of a long description only what is wanted.
package answer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"gekko"
)

// kinds tells AWS's error codes apart, by code and never by message. A code
// that is missing here stays an error without a kind, unless it is one of those
// by which the SDK knows throttling.
var kinds = map[string]error{
	"AccessDenied":                        gekko.ErrDenied,
	"AccessDeniedException":               gekko.ErrDenied,
	"AuthFailure":                         gekko.ErrDenied,
	"Blocked":                             gekko.ErrDenied,
	"IncompleteSignature":                 gekko.ErrDenied,
	"IncompleteSignatureException":        gekko.ErrDenied,
	"InvalidClientTokenId":                gekko.ErrDenied,
	"InvalidSignatureException":           gekko.ErrDenied,
	"MissingAuthenticationToken":          gekko.ErrDenied,
	"MissingAuthenticationTokenException": gekko.ErrDenied,
	"OptInRequired":                       gekko.ErrDenied,
	"PendingVerification":                 gekko.ErrDenied,
	"SignatureDoesNotMatch":               gekko.ErrDenied,
	"UnauthorizedOperation":               gekko.ErrDenied,
	"UnrecognizedClientException":         gekko.ErrDenied,

	"ExpiredToken":          gekko.ErrExpired,
	"ExpiredTokenException": gekko.ErrExpired,
	"RequestExpired":        gekko.ErrExpired,
	"RequestInTheFuture":    gekko.ErrExpired,
	"RequestTimeTooSkewed":  gekko.ErrExpired,

	"ResourceContention":                    gekko.ErrThrottled, // a change of the group that is not through yet
	"SnapshotCreationPerVolumeRateExceeded": gekko.ErrThrottled,
	"TooManyUpdates":                        gekko.ErrThrottled,

	"ConcurrentSnapshotLimitExceeded":          gekko.ErrCapacity,
	"InstanceLimitExceeded":                    gekko.ErrCapacity,
	"InsufficientFreeAddressesInSubnet":        gekko.ErrCapacity,
	"InsufficientInstanceCapacity":             gekko.ErrCapacity,
	"LimitExceeded":                            gekko.ErrCapacity,
	"MaxSpotInstanceCountExceeded":             gekko.ErrCapacity,
	"ParameterLimitExceeded":                   gekko.ErrCapacity,
	"ResourceLimitExceeded":                    gekko.ErrCapacity,
	"SecurityGroupLimitExceeded":               gekko.ErrCapacity,
	"SnapshotLimitExceeded":                    gekko.ErrCapacity,
	"TooManyRules":                             gekko.ErrCapacity,
	"TooManyTargetGroups":                      gekko.ErrCapacity,
	"TooManyUniqueTargetGroupsPerLoadBalancer": gekko.ErrCapacity,
	"VcpuLimitExceeded":                        gekko.ErrCapacity,
	"VolumeLimitExceeded":                      gekko.ErrCapacity,

	"InternalError":      gekko.ErrUnavailable,
	"InternalFailure":    gekko.ErrUnavailable,
	"ServiceUnavailable": gekko.ErrUnavailable,
	"Unavailable":        gekko.ErrUnavailable,

	"AlreadyExists":                                    gekko.ErrConflict,
	"DependencyViolation":                              gekko.ErrConflict,
	"DuplicateTargetGroupName":                         gekko.ErrConflict,
	"IdempotentParameterMismatch":                      gekko.ErrConflict,
	"IncorrectInstanceState":                           gekko.ErrConflict,
	"IncorrectState":                                   gekko.ErrConflict,
	"InvalidAMIName.Duplicate":                         gekko.ErrConflict,
	"InvalidGroup.Duplicate":                           gekko.ErrConflict,
	"InvalidGroup.InUse":                               gekko.ErrConflict,
	"InvalidKeyPair.Duplicate":                         gekko.ErrConflict,
	"InvalidLaunchTemplateName.AlreadyExistsException": gekko.ErrConflict,
	"InvalidPermission.Duplicate":                      gekko.ErrConflict,
	"InvalidSnapshot.InUse":                            gekko.ErrConflict,
	"ParameterAlreadyExists":                           gekko.ErrConflict,
	"PriorityInUse":                                    gekko.ErrConflict,
	"ResourceInUse":                                    gekko.ErrConflict,
	"ScalingActivityInProgress":                        gekko.ErrConflict,

	"InvalidAMIID.NotFound":                       gekko.ErrNotFound,
	"InvalidAMIID.Unavailable":                    gekko.ErrNotFound,
	"InvalidGroup.NotFound":                       gekko.ErrNotFound,
	"InvalidInstanceID.NotFound":                  gekko.ErrNotFound,
	"InvalidKeyPair.NotFound":                     gekko.ErrNotFound,
	"InvalidLaunchTemplateId.NotFound":            gekko.ErrNotFound,
	"InvalidLaunchTemplateId.VersionNotFound":     gekko.ErrNotFound,
	"InvalidLaunchTemplateName.NotFoundException": gekko.ErrNotFound,
	"InvalidSecurityGroupID.NotFound":             gekko.ErrNotFound,
	"InvalidSnapshot.NotFound":                    gekko.ErrNotFound,
	"InvalidSubnetID.NotFound":                    gekko.ErrNotFound,
	"InvalidVpcID.NotFound":                       gekko.ErrNotFound,
	"ListenerNotFound":                            gekko.ErrNotFound,
	"LoadBalancerNotFound":                        gekko.ErrNotFound,
	"ParameterNotFound":                           gekko.ErrNotFound,
	"RuleNotFound":                                gekko.ErrNotFound,
	"TargetGroupNotFound":                         gekko.ErrNotFound,
	"VPCIdNotSpecified":                           gekko.ErrNotFound,

	"InvalidAMIID.Malformed":      gekko.ErrInvalid,
	"InvalidAMIName.Malformed":    gekko.ErrInvalid,
	"InvalidBlockDeviceMapping":   gekko.ErrInvalid,
	"InvalidInstanceID.Malformed": gekko.ErrInvalid,
	"InvalidKey.Format":           gekko.ErrInvalid,
	"InvalidKeyPair.Format":       gekko.ErrInvalid,
	"InvalidParameter":            gekko.ErrInvalid,
	"InvalidParameterCombination": gekko.ErrInvalid,
	"InvalidParameterValue":       gekko.ErrInvalid,
	"InvalidSubnet":               gekko.ErrInvalid,
	"InvalidUserData.Malformed":   gekko.ErrInvalid,
	"MissingParameter":            gekko.ErrInvalid,
	"TooManyTags":                 gekko.ErrInvalid,
	"Unsupported":                 gekko.ErrInvalid,
	"UnsupportedOperation":        gekko.ErrInvalid,
	"ValidationError":             gekko.ErrInvalid,
}

// hints are what helps against some of AWS's errors, by code too.
var hints = map[string]string{
	"AccessDenied":                             rightsHint,
	"AccessDeniedException":                    rightsHint,
	"InsufficientInstanceCapacity":             "another instance type or other zones, or the same command later",
	"InstanceLimitExceeded":                    quotaHint,
	"LimitExceeded":                            quotaHint,
	"SecurityGroupLimitExceeded":               quotaHint,
	"TooManyTargetGroups":                      quotaHint,
	"TooManyUniqueTargetGroupsPerLoadBalancer": quotaHint,
	"UnauthorizedOperation":                    rightsHint,
	"VcpuLimitExceeded":                        quotaHint,
	"VolumeLimitExceeded":                      quotaHint,
}

const (
	rightsHint = "give these credentials the rights in docs/iam-policy.json"
	quotaHint  = "ask AWS to raise this quota, or end what is not needed"
)

// Kind joins what the SDK gave with the kind of error that it is.
func Kind(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if missing, ok := errors.AsType[*credentialError](err); ok {
		return missing.error
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return unreached(err)
	}
	k := kinds[api.ErrorCode()]
	if _, throttled := retry.DefaultThrottleErrorCodes[api.ErrorCode()]; throttled {
		k = gekko.ErrThrottled
	}
	// What answers may not be AWS but something before it, in words of its own.
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); k == nil && ok && answer.HTTPStatusCode() >= 500 {
		return fmt.Errorf("%w: answer %d: %s (%s)", gekko.ErrUnavailable, answer.HTTPStatusCode(), api.ErrorMessage(), api.ErrorCode())
	}
	if k == nil {
		return errors.New(apiText(api))
	}
	if off := clockOff(err, time.Now()); off != "" && k == gekko.ErrExpired {
		err := fmt.Errorf("%w: this machine's clock is %s: %s", k, off, apiText(api))
		return gekko.Hint(err, "set the clock, as by timedatectl set-ntp true")
	}
	err = fmt.Errorf("%w: %s", k, apiText(api))
	if hint := hints[api.ErrorCode()]; hint != "" {
		return gekko.Hint(err, hint)
	}
	return err
}

// credentialError is why a call was not even signed.
type credentialError struct{ error }

func (e *credentialError) Unwrap() error { return e.error }

// Unsigned is what kind gives for a call that could not be signed.
func Unsigned(err error) error { return &credentialError{err} }

// apiText is AWS's message with its code. Not every code has one.
func apiText(api smithy.APIError) string {
	return strings.TrimSpace(api.ErrorMessage() + " (" + api.ErrorCode() + ")")
}

// clockOff says how far this machine's clock is off by the date of an answer.
// It is empty if that is near enough for a signature
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html).
func clockOff(err error, now time.Time) string {
	answer, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || answer.Response == nil {
		return ""
	}
	there, err := http.ParseTime(answer.Response.Header.Get("Date"))
	if off := there.Sub(now); err == nil {
		return Off(off, 5*time.Minute)
	}
	return ""
}

// Off says how far this machine's clock is off the cloud's, which is ahead of it
// by skew; nothing if that is borne.
func Off(skew, borne time.Duration) string {
	off := skew.Abs().Round(time.Second)
	switch {
	case off <= borne:
		return ""
	case skew > 0:
		return fmt.Sprintf("%v behind the cloud's", off)
	}
	return fmt.Sprintf("%v ahead of the cloud's", off)
}

// unreached is ErrUnavailable for a call that found nobody to answer it. An
// operation within an operation is the SDK looking for credentials, and says
// nothing of the cloud.
func unreached(err error) error {
	call, ok := errors.AsType[*smithy.OperationError](err)
	if !ok {
		return err
	}
	if _, nested := errors.AsType[*smithy.OperationError](call.Err); nested {
		return err
	}
	if sent, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return fmt.Errorf("%w: %w", gekko.ErrUnavailable, sent.Err)
	}
	return err
}

// Code is AWS's own code of an error, or "".
func Code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// Gone says whether an error means that a thing is not there any more.
func Gone(err error) bool { return errors.Is(err, gekko.ErrNotFound) }

// Named wraps an error of AWS once, with the name of the thing.
func Named(what string, err error) error { return fmt.Errorf("%s: %w", what, Kind(err)) }
