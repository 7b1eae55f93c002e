# cloud-init's exit status 2 is a warning
# (https://docs.cloud-init.io/en/latest/explanation/failure_states.html).
command -v cloud-init >/dev/null || exit 0
cloud-init status --wait >/dev/null
status=$?
if [ "$status" = 2 ]; then
	echo "cloud-init ended with warnings"
	exit 0
fi
if [ "$status" != 0 ]; then
	cloud-init status --long
fi
exit "$status"
