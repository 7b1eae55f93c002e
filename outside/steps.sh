# What the scripts of this folder share: steps that are named, timed and
# counted. A failed step does not end its script: each fault is worth knowing.

passed=0 failed=0

# Debian's aws is older than AWS_ENDPOINT_URL and must be told.
aws() { /usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" --output text "$@"; }

# step NAME COMMAND… passes if the command does.
step() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED %s\n' "$name"
		printf '%s\n' "$said" | tail -n 12 | sed 's/^/    /'
	fi
}

# shows NAME WANT COMMAND… passes if the command prints this; if not, both are told.
shows() {
	local name=$1 want=$2 got
	shift 2
	got=$("$@" 2>&1 | tr -s '[:space:]' ' ' | sed 's/^ //; s/ $//')
	if [ "$got" = "$want" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED %s\n    want %s\n    got  %s\n' "$name" "$want" "$got"
	fi
}

# refused NAME WORDS COMMAND… passes if the command fails and says these words.
refused() {
	local name=$1 words=$2 said
	shift 2
	if said=$("$@" 2>&1); then
		failed=$((failed + 1))
		printf 'FAILED %s\n    it was done\n' "$name"
	elif [[ $said == *"$words"* ]]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED %s\n    want %s\n    got  %s\n' "$name" "$words" "$said"
	fi
}

# until_shows NAME SECONDS WANT COMMAND… asks again until this is printed.
until_shows() {
	local name=$1 last=$((SECONDS + $2)) want=$3 got
	shift 3
	while :; do
		got=$("$@" 2>&1 | tr -s '[:space:]' ' ' | sed 's/^ //; s/ $//')
		if [ "$got" = "$want" ]; then
			passed=$((passed + 1))
			return
		elif [ $SECONDS -ge $last ]; then
			failed=$((failed + 1))
			printf 'FAILED %s\n    want %s\n    got  %s\n' "$name" "$want" "$got"
			return
		fi
		sleep 0.5
	done
}

# ended prints the count, and is the script's last word.
ended() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}
