# cloud-init's exit status 2 is a warning
# (https://docs.cloud-init.io/en/latest/explanation/failure_states.html).
if command -v cloud-init >/dev/null; then
	cloud-init status --wait >/dev/null
	status=$?
	if [ "$status" = 2 ]; then
		echo "cloud-init ended with warnings"
	elif [ "$status" != 0 ]; then
		cloud-init status --long
		exit "$status"
	fi
fi
