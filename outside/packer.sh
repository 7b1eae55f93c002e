#!/bin/bash
# Packer 1.6.6 bakes images; gekko adopts one of them and runs it.
cd "$(dirname "$0")" && . ./steps.sh
export CHECKPOINT_DISABLE=1 AWS_POLL_DELAY_SECONDS=1 AWS_MAX_ATTEMPTS=60
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PACKER_CONFIG_DIR=$folder PACKER_CACHE_DIR=$folder/cache
old=web-20130412-144703 shared=web-20130413-100000 sealed=web-20130414-100000

bake() { # TEMPLATE NAME
	packer build -color=false -var endpoint="$AWS_ENDPOINT_URL" -var ssh_port="${GEKKO_SSH_PORT:-22}" -var name="$2" "$1"
}
attribute() { aws ec2 describe-image-attribute --image-id "$(aws ec2 describe-images --owners self --filters Name=name,Values="$1" --query 'Images[].ImageId')" --attribute launchPermission --query 'LaunchPermissions[].UserId'; }
step "a plain bake" bake packer.json $old
refused "the name once more" "is used by an existing AMI" bake packer.json $old
step "every option, shared" bake packer-shared.json $shared
shows "shared with an account" 111111111111 attribute $shared
step "the same by force" bake packer-shared.json $shared
step "every option, encrypted" bake packer-all.json $sealed
shows "encrypted" True aws ec2 describe-images --owners self --filters Name=name,Values=$sealed --query 'Images[].BlockDeviceMappings[0].Ebs.Encrypted'
shows "tagged" packer aws ec2 describe-images --owners self --filters Name=name,Values=$old --query 'Images[].Tags[].Value'
shows "three images" 3 aws ec2 describe-images --owners self --query 'length(Images)'
shows "no builder is left" "" aws ec2 describe-instances --filters Name=instance-state-name,Values=pending,running,stopping,stopped --query 'Reservations[].Instances[].InstanceId'
shows "no key pair is left" "" aws ec2 describe-key-pairs --query 'KeyPairs[].KeyName'
shows "no security group is left" 1 aws ec2 describe-security-groups --query 'length(SecurityGroups)'

image=$(aws ec2 describe-images --owners self --filters Name=name,Values=$old --query 'Images[].ImageId')
step "gekko adopt" "$GEKKO" adopt --yes "$image"
shows "it has its launch template" "$old" aws ec2 describe-launch-templates --query 'LaunchTemplates[].LaunchTemplateName'
step "gekko deploy" "$GEKKO" deploy -s $old --min-size 1 --max-size 2 --desired-capacity 1
shows "it serves" hello curl -fsS "$GEKKO_LOCAL_BALANCER"
ended
