package cloud

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"gekko"
)

// kinds tells AWS's error codes apart, by code and never by message. A code
// that is missing here stays an error without a kind.
var kinds = map[string]error{
	"AuthFailure":                                      gekko.ErrDenied,
	"AccessDenied":                                     gekko.ErrDenied,
	"AccessDeniedException":                            gekko.ErrDenied,
	"InvalidClientTokenId":                             gekko.ErrDenied,
	"SignatureDoesNotMatch":                            gekko.ErrDenied,
	"UnauthorizedOperation":                            gekko.ErrDenied,
	"UnrecognizedClientException":                      gekko.ErrDenied,
	"ExpiredToken":                                     gekko.ErrExpired,
	"ExpiredTokenException":                            gekko.ErrExpired,
	"RequestExpired":                                   gekko.ErrExpired,
	"Throttling":                                       gekko.ErrThrottled,
	"ThrottlingException":                              gekko.ErrThrottled,
	"RequestLimitExceeded":                             gekko.ErrThrottled,
	"InsufficientInstanceCapacity":                     gekko.ErrCapacity,
	"InstanceLimitExceeded":                            gekko.ErrCapacity,
	"VcpuLimitExceeded":                                gekko.ErrCapacity,
	"LimitExceeded":                                    gekko.ErrCapacity,
	"InternalError":                                    gekko.ErrUnavailable,
	"InternalFailure":                                  gekko.ErrUnavailable,
	"ServiceUnavailable":                               gekko.ErrUnavailable,
	"Unavailable":                                      gekko.ErrUnavailable,
	"AlreadyExists":                                    gekko.ErrConflict,
	"InvalidAMIName.Duplicate":                         gekko.ErrConflict,
	"InvalidGroup.Duplicate":                           gekko.ErrConflict,
	"InvalidKeyPair.Duplicate":                         gekko.ErrConflict,
	"ResourceInUse":                                    gekko.ErrConflict,
	"ScalingActivityInProgress":                        gekko.ErrConflict,
	"DependencyViolation":                              gekko.ErrConflict,
	"InvalidSnapshot.InUse":                            gekko.ErrConflict,
	"DuplicateTargetGroupName":                         gekko.ErrConflict,
	"InvalidAMIID.NotFound":                            gekko.ErrNotFound,
	"InvalidAMIID.Unavailable":                         gekko.ErrNotFound,
	"InvalidInstanceID.NotFound":                       gekko.ErrNotFound,
	"InvalidSnapshot.NotFound":                         gekko.ErrNotFound,
	"InvalidGroup.NotFound":                            gekko.ErrNotFound,
	"InvalidKeyPair.NotFound":                          gekko.ErrNotFound,
	"InvalidSubnetID.NotFound":                         gekko.ErrNotFound,
	"InvalidLaunchTemplateId.NotFound":                 gekko.ErrNotFound,
	"InvalidLaunchTemplateName.NotFoundException":      gekko.ErrNotFound,
	"LoadBalancerNotFound":                             gekko.ErrNotFound,
	"ListenerNotFound":                                 gekko.ErrNotFound,
	"TargetGroupNotFound":                              gekko.ErrNotFound,
	"ParameterNotFound":                                gekko.ErrNotFound,
	"InvalidLaunchTemplateName.AlreadyExistsException": gekko.ErrConflict,
	"IncorrectInstanceState":                           gekko.ErrConflict,
	"IncorrectState":                                   gekko.ErrConflict,
	"InvalidPermission.Duplicate":                      gekko.ErrConflict,
	"InvalidAMIName.Malformed":                         gekko.ErrInvalid,
	"InvalidAMIID.Malformed":                           gekko.ErrInvalid,
	"InvalidInstanceID.Malformed":                      gekko.ErrInvalid,
	"InvalidParameterCombination":                      gekko.ErrInvalid,
	"InvalidUserData.Malformed":                        gekko.ErrInvalid,
	"InvalidSubnet":                                    gekko.ErrInvalid,
	"Unsupported":                                      gekko.ErrInvalid,
	"UnsupportedOperation":                             gekko.ErrInvalid,
	"InvalidVpcID.NotFound":                            gekko.ErrNotFound,
	"VPCIdNotSpecified":                                gekko.ErrNotFound,
	"InsufficientFreeAddressesInSubnet":                gekko.ErrCapacity,
	"VolumeLimitExceeded":                              gekko.ErrCapacity,
	"MaxSpotInstanceCountExceeded":                     gekko.ErrCapacity,
	"SecurityGroupLimitExceeded":                       gekko.ErrCapacity,
	"OptInRequired":                                    gekko.ErrDenied,
	"PendingVerification":                              gekko.ErrDenied,
	"InvalidKeyPair.Format":                            gekko.ErrInvalid,
	"InvalidKey.Format":                                gekko.ErrInvalid,
	"InvalidLaunchTemplateId.VersionNotFound":          gekko.ErrNotFound,
	"InvalidSecurityGroupID.NotFound":                  gekko.ErrNotFound,
	"ValidationError":                                  gekko.ErrInvalid,
	"InvalidParameterValue":                            gekko.ErrInvalid,
	"MissingParameter":                                 gekko.ErrInvalid,
}

// kind joins what the SDK gave with the kind of error that it is.
func kind(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return err
	}
	k, ok := kinds[api.ErrorCode()]
	if !ok {
		return fmt.Errorf("%s (%s)", api.ErrorMessage(), api.ErrorCode())
	}
	return fmt.Errorf("%w: %s (%s)", k, api.ErrorMessage(), api.ErrorCode())
}

// code is AWS's own code of an error, or "".
func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}
