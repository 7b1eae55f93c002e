# A machine that shares its root with its host must not set the host's timer; it
# ends with its keeper.
[ -z "${DESTDIR:-}" ] || exit 0

# A transient unit lives below /run, so no image can hold it.
if command -v systemd-run >/dev/null && [ -d /run/systemd/system ]; then
	systemd-run --quiet --unit=gekko-end --on-active="$seconds" --timer-property=AccuracySec=10s \
		shutdown -h now || exit 1
	exit 0
fi
nohup sh -c "sleep $seconds; shutdown -h now" >/dev/null 2>&1 </dev/null &
