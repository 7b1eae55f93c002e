root=${DESTDIR:-}

# What would write its state again at the shutdown ends first. Where the root is
# a folder, systemd and cloud-init are the host's own.
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
	for unit in amazon-ssm-agent snap.amazon-ssm-agent.amazon-ssm-agent systemd-random-seed; do
		systemctl stop "$unit" 2>/dev/null
	done
fi

if [ "$keep_source" = yes ]; then
	rm -rf "$root$build"/step-*.sh "$root$build/kit"
else
	rm -rf "$root$build"
fi

# Who may log in is each instance's own matter; so is who it is.
for home in "$root/root" "$root"/home/*; do
	rm -f "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"
	rm -f "$home"/.*_history "$home/.lesshst" "$home/.viminfo" "$home/.wget-hsts" "$home/.git-credentials"
	rm -rf "$home/.aws"
done
rm -f "$root"/etc/ssh/ssh_host_*

if [ -z "$root" ] && command -v cloud-init >/dev/null; then
	cloud-init clean --logs >/dev/null 2>&1
fi
rm -rf "$root"/var/lib/cloud/instance "$root"/var/lib/cloud/instances "$root"/var/lib/cloud/data
if [ -e "$root/etc/machine-id" ]; then
	: >"$root/etc/machine-id"
fi
if [ -f "$root/var/lib/dbus/machine-id" ] && [ ! -L "$root/var/lib/dbus/machine-id" ]; then
	rm -f "$root/var/lib/dbus/machine-id"
fi
rm -f "$root/var/lib/systemd/random-seed" "$root/var/lib/urandom/random-seed"
rm -rf "$root"/var/lib/amazon/ssm/Vault "$root"/var/lib/amazon/ssm/ipc "$root"/var/lib/amazon/ssm/i-* "$root"/var/lib/amazon/ssm/runtimeconfig
rm -f "$root"/var/lib/dhcp/*.leases "$root"/var/lib/dhclient/*.leases

rm -rf "$root"/var/log/journal/*
if [ -d "$root/var/log" ]; then
	find "$root/var/log" -type f \( -name '*.gz' -o -name '*.[0-9]' -o -name '*.old' \) -exec rm -f {} +
	find "$root/var/log" -type f -exec sh -c 'for f; do : >"$f"; done' sh {} + 2>/dev/null
fi

# Nothing is taken on trust: an image that held one of these would be bad.
left=$(
	ls -d "$root"/etc/ssh/ssh_host_* "$root"/root/.ssh/authorized_keys "$root"/home/*/.ssh/authorized_keys 2>/dev/null
	find "$root/etc/systemd" "$root/var/lib/systemd" "$root/usr/local/lib/systemd" -name '*gekko-end*' 2>/dev/null
)
if [ -n "$left" ]; then
	echo "still on the disk:"
	echo "$left"
	exit 1
fi
sync
exit 0
