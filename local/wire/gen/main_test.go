package main

import (
	"os"
	"strings"
	"testing"
)

func TestTheTableIsCurrent(t *testing.T) {
	if _, _, err := module("ec2"); err != nil {
		t.Skip("the SDK's modules are not here:", err)
	}
	written, err := os.ReadFile("../" + output)
	if err != nil {
		t.Fatal(err)
	}
	now, err := table()
	if err != nil {
		t.Fatal(err)
	}
	if now != string(written) {
		was, is := strings.Split(string(written), "\n"), strings.Split(now, "\n")
		for i := range min(len(was), len(is)) {
			if was[i] != is[i] {
				t.Fatalf("line %d is\n%.300s\nand should be\n%.300s\nrun go generate ./local/wire", i+1, was[i], is[i])
			}
		}
		t.Fatal("its length differs: run go generate ./local/wire")
	}
}
