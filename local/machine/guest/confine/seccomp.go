//go:build linux && (amd64 || arm64)

package confine

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// filterCalls closes what Landlock leaves open to a process that shares the
// host's network and IPC: sockets of other kinds than TCP, which reach the
// host's daemons, the keyring, shared memory, and io_uring, by which a filter
// can be passed by. A pair of sockets may still be made: it reaches nobody.
func filterCalls() error {
	const (
		allow = unix.SECCOMP_RET_ALLOW
		deny  = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)

		number, arch, argument0, argument1, argument2 = 0, 4, 16, 24, 32 // in struct seccomp_data
	)
	var f filter
	f.load(arch)
	f.unless(auditArch, deny)
	f.load(number)
	f.atLeast(0x40000000, deny) // x32's calls, on amd64
	for _, call := range []uint32{
		unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_SEMGET, unix.SYS_MSGGET, unix.SYS_MQ_OPEN,
		unix.SYS_IO_URING_SETUP, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_USERFAULTFD, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN,
	} {
		f.when(call, deny)
	}
	f.unless(unix.SYS_SOCKET, allow)
	f.load(argument0)
	f.when(unix.AF_NETLINK, allow)
	f.skipWhen(unix.AF_INET, 1)
	f.unless(unix.AF_INET6, deny)
	f.load(argument1)
	f.mask(0xf)
	f.unless(unix.SOCK_STREAM, deny)
	f.load(argument2)
	f.skipWhen(0, 1)
	f.unless(unix.IPPROTO_TCP, deny)
	f.end(allow)
	return f.install()
}

// filter is a program of the kernel's classic BPF.
type filter []unix.SockFilter

func (f *filter) load(offset uint32) {
	*f = append(*f, unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset})
}

func (f *filter) mask(bits uint32) {
	*f = append(*f, unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: bits})
}

func (f *filter) end(verdict uint32) {
	*f = append(*f, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: verdict})
}

// when ends with a verdict if the loaded value is k, unless if it is not.
func (f *filter) when(k, verdict uint32) {
	*f = append(*f, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: 0, Jf: 1})
	f.end(verdict)
}

func (f *filter) unless(k, verdict uint32) {
	*f = append(*f, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: 1, Jf: 0})
	f.end(verdict)
}

func (f *filter) atLeast(k, verdict uint32) {
	*f = append(*f, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: k, Jt: 0, Jf: 1})
	f.end(verdict)
}

// skipWhen leaves the next test out if the loaded value is k.
func (f *filter) skipWhen(k uint32, tests uint8) {
	*f = append(*f, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: 2 * tests, Jf: 0})
}

// install applies the filter to this thread, and what it becomes.
func (f filter) install() error {
	program := unix.SockFprog{Len: uint16(len(f)), Filter: &f[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}
