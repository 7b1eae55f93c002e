# The written procedure's first half, which both kinds of balancer share: a key
# pair, a builder, its service over SSH, an image. Leaves key, image and
# security group in variables.

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
ssh_port=${GEKKO_SSH_PORT:-22}

aws ec2 create-key-pair --key-name gekko --query KeyMaterial >"$dir/key"
chmod 600 "$dir/key"
shows "describe-key-pairs" gekko aws ec2 describe-key-pairs --query 'KeyPairs[].KeyName'
refused "a second key pair of the name" InvalidKeyPair.Duplicate aws ec2 create-key-pair --key-name gekko
step "wait key-pair-exists" aws ec2 wait key-pair-exists --key-names gekko

vpc=$(aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId')
read -r subnet1 subnet2 _ <<<"$(aws ec2 describe-subnets --filters Name=vpc-id,Values="$vpc" --query 'Subnets[].SubnetId')"
read -r zone1 zone2 _ <<<"$(aws ec2 describe-availability-zones --query 'AvailabilityZones[].ZoneName')"
group=$(aws ec2 create-security-group --group-name web --description web --vpc-id "$vpc" --query GroupId)
step "wait security-group-exists" aws ec2 wait security-group-exists --group-ids "$group"
step "authorize-security-group-ingress" aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 22 --cidr 127.0.0.1/32
refused "the same rule again" InvalidPermission.Duplicate aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 22 --cidr 127.0.0.1/32

base=$(aws ec2 describe-images --owners 136693071363 --filters 'Name=name,Values=debian-12-amd64-*' --query 'sort_by(Images,&CreationDate)[-1].ImageId')
refused "run-instances of a bad image id" InvalidAMIID aws ec2 run-instances --image-id ami-00000000000000bad
refused "--dry-run" DryRunOperation aws ec2 run-instances --image-id "$base" --instance-type t3.small --dry-run
builder=$(aws ec2 run-instances --image-id "$base" --instance-type t3.small --key-name gekko --security-group-ids "$group" \
	--tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=builder}]' --query 'Instances[0].InstanceId')
step "wait instance-exists" aws ec2 wait instance-exists --instance-ids "$builder"
step "wait instance-running" aws ec2 wait instance-running --instance-ids "$builder"
shows "describe-instances by tag" "$builder" aws ec2 describe-instances --filters Name=tag:Name,Values=builder Name=instance-state-name,Values=running --query 'Reservations[].Instances[].InstanceId'
host=$(aws ec2 describe-instances --instance-ids "$builder" --query 'Reservations[0].Instances[0].PublicIpAddress')

remote() {
	ssh -i "$dir/key" -p "$ssh_port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		-o ConnectTimeout=5 -o ConnectionAttempts=10 "admin@$host" "$@"
}
install_service() {
	remote 'sudo mkdir -p /opt/web && echo hello | sudo tee /opt/web/index.html >/dev/null &&
sudo tee /etc/systemd/system/web.service >/dev/null <<UNIT
[Unit]
After=network.target
[Service]
ExecStart=/usr/bin/python3 -m http.server --directory /opt/web 8080
Restart=always
[Install]
WantedBy=multi-user.target
UNIT
sudo systemctl enable --now web.service'
}
step "a service by SSH" install_service
step "wait instance-status-ok" aws ec2 wait instance-status-ok --instance-ids "$builder"
shows "get-console-output" "$builder" aws ec2 get-console-output --instance-id "$builder" --query InstanceId

refused "create-image of an unknown instance" InvalidInstanceID.NotFound aws ec2 create-image --instance-id i-0123456789abcdef0 --name x1y
step "stop-instances" aws ec2 stop-instances --instance-ids "$builder"
step "wait instance-stopped" aws ec2 wait instance-stopped --instance-ids "$builder"
snapshot=web-20130412-144703
image=$(aws ec2 create-image --instance-id "$builder" --name $snapshot --description "the latest code" --query ImageId)
step "wait image-exists" aws ec2 wait image-exists --image-ids "$image"
step "wait image-available" aws ec2 wait image-available --image-ids "$image"
refused "an image's name in use" "AMI name $snapshot is already in use by AMI $image" aws ec2 create-image --instance-id "$builder" --name $snapshot
refused "a malformed image name" InvalidAMIName.Malformed aws ec2 create-image --instance-id "$builder" --name '?'
shows "list own images" "$snapshot" aws ec2 describe-images --owners self --query 'Images[].Name'
disk=$(aws ec2 describe-images --image-ids "$image" --query 'Images[0].BlockDeviceMappings[0].Ebs.SnapshotId')
step "wait snapshot-completed" aws ec2 wait snapshot-completed --snapshot-ids "$disk"
refused "delete-snapshot of an image" "The snapshot $disk is currently in use by $image" aws ec2 delete-snapshot --snapshot-id "$disk"
step "start-instances" aws ec2 start-instances --instance-ids "$builder"
step "wait instance-running again" aws ec2 wait instance-running --instance-ids "$builder"
step "terminate-instances" aws ec2 terminate-instances --instance-ids "$builder"
step "wait instance-terminated" aws ec2 wait instance-terminated --instance-ids "$builder"
refused "stop a terminated instance" IncorrectInstanceState aws ec2 stop-instances --instance-ids "$builder"
refused "a malformed instance id" 'InvalidInstanceID.Malformed' aws ec2 describe-instances --instance-ids bogus

# forget_image ends it: image, its snapshot, key, security group.
forget_image() {
	step "deregister-image" aws ec2 deregister-image --image-id "$image"
	shows "no image is left" "" aws ec2 describe-images --owners self --query 'Images[].Name'
	step "delete-snapshot" aws ec2 delete-snapshot --snapshot-id "$disk"
	step "delete-key-pair" aws ec2 delete-key-pair --key-name gekko
	step "delete-security-group" aws ec2 delete-security-group --group-id "$group"
	shows "no volume is left" "" aws ec2 describe-volumes --query 'Volumes[].VolumeId'
	shows "no instance is left" "" aws ec2 describe-instances --filters Name=instance-state-name,Values=pending,running,stopping,stopped --query 'Reservations[].Instances[].InstanceId'
}
