# The checks and chores of gekko. Tools are pinned in go.tools.mod, so that
# go.mod lists only what ships.

TOOL := go tool -modfile=go.tools.mod

# What hangs fails, with the stacks of all goroutines.
LIMIT := -timeout=20m
RACE := $(if $(shell command -v gcc),-race)

.DEFAULT_GOAL := help
.PHONY: help check format vet lint modern tidy dead test deflake deep try demo bench generate build race outside fuzz

help: ## show what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: format vet lint modern tidy dead race ## everything that a commit must pass

format: ## gofumpt, listing what differs
	@differs=$$($(TOOL) gofumpt -l .); \
	if [ -n "$$differs" ]; then echo "gofumpt would change:"; echo "$$differs"; exit 1; fi

vet: ## go vet
	go vet ./...

lint: ## staticcheck, all of its checks
	$(TOOL) staticcheck -checks all ./...

modern: ## go fix, showing what could be said more simply
	go fix -diff ./...

tidy: ## go.mod and go.sum list just what is needed
	go mod tidy -diff

dead: ## code that nothing reaches, not even a test
	@dead=$$($(TOOL) deadcode -test ./...); \
	if [ -n "$$dead" ]; then echo "unreachable:"; echo "$$dead"; exit 1; fi

test: ## all tests, shuffled
	go test $(LIMIT) -shuffle=on ./...

race: ## all tests, shuffled, with the race detector
	go test $(LIMIT) $(RACE) -shuffle=on ./...

deflake: ## repeat the tests in random order until one fails (PKG=./release/... for some)
	while go test $(LIMIT) $(RACE) -shuffle=on -count=1 $(or $(PKG),./...); do :; done

deep: ## releases cut at every call in every way, and many faults (SEEDS=2000)
	go test ./release -timeout=4h -run='TestACut|TestFaults|TestTwo|TestALate' -v -deep -seeds=$(or $(SEEDS),2000)

fuzz: ## every fuzz target in turn (PKG=./appfile TIME=10m for some, or longer)
	@for package in $$(go list $(or $(PKG),./...)); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(or $(TIME),1m) $$package || exit 1; \
		done; \
	done

try: build ## the embedded cloud with the example's balancer, until Ctrl-C
	bin/gekko local --like example/hello/gekko.yaml

demo: ## the whole procedure on this machine
	go run ./cmd/gekko demo

outside: ## clients that nobody here wrote, on the embedded cloud (ONLY="packer boto3" for some)
	outside/run.sh $(ONLY)

bench: ## gekko beside its peers, and the judge simulated (ONLY="balancer bake" for some)
	outside/install.sh aws:awscli packer:packer haproxy:haproxy wrk:wrk
	go run ./bench -only "$(ONLY)"
	$(if $(ONLY),,go test ./judge -run=Simulation -count=1 -v -timeout=30m -runs=1000)

generate: ## the wire's table, the reference pages, the golden files
	go generate ./...
	go test . ./cli ./local -run='Imports|Reference|Table' -update

build: ## bin/gekko, small
	go build -trimpath -ldflags='-s -w' -o bin/gekko ./cmd/gekko
