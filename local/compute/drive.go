package compute

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/machine"
)

// drive does the next thing that brings an instance's machine to what its state
// asks for. It is called after each change; while the machine is being worked
// on it does nothing, and the end of that work calls it again.
func (c *Cloud) drive(i *instance) {
	if i.busy {
		return
	}
	switch i.state() {
	case types.InstanceStateNamePending:
		if !i.on {
			c.boot(i)
		} else if c.past(i, c.o.BootTime+i.slow) {
			c.enter(i, types.InstanceStateNameRunning)
		}
	case types.InstanceStateNameRunning:
		c.driveRunning(i)
	case types.InstanceStateNameStopping:
		if i.on {
			c.halt(i)
		} else if c.past(i, c.o.StopTime) {
			c.enter(i, types.InstanceStateNameStopped)
		}
	case types.InstanceStateNameStopped:
		if len(i.freezes) > 0 {
			c.freeze(i)
		}
	case types.InstanceStateNameShuttingDown:
		if i.machine != nil {
			c.remove(i)
		} else if c.past(i, c.o.StopTime) {
			c.finish(i)
		}
	}
}

// driveRunning keeps a machine on, off only for as long as an image or a reboot
// asks for it.
func (c *Cloud) driveRunning(i *instance) {
	waiting := len(i.freezes) > 0
	switch {
	case waiting && (!i.on || !i.freezes[0].cold):
		c.freeze(i)
	case i.on && (waiting || i.reboot):
		i.reboot = false
		c.halt(i)
	case !i.on && (!i.dead || i.reboot):
		i.reboot, i.dead = false, false
		c.boot(i)
	}
}

// work does something that takes time with an instance's machine.
func (c *Cloud) work(i *instance, do func(context.Context), done func()) {
	i.busy = true
	c.o.Loop.Go(do, func() {
		i.busy = false
		done()
	})
}

// boot makes the machine if there is none, and turns it on.
func (c *Cloud) boot(i *instance) {
	i.boots++
	i.end = 0
	var quit context.Context
	quit, i.quit = context.WithCancel(context.Background())
	n, m, spec := i.boots, i.machine, c.spec(i)
	order := machine.Boot{User: i.image.user, UserData: i.userData, First: !i.booted}
	if i.key != "" {
		order.AuthorizedKeys = []string{i.key}
	}
	ended := func(e machine.End) {
		c.o.Loop.Do(func() { c.ended(i, n, e) })
	}
	disk := i.image.disk
	c.storage.Hold(disk)
	var err error
	c.work(i, func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(quit, cancel)()
		if m == nil {
			m, err = c.o.Machines(spec)
		}
		if err == nil {
			err = m.Boot(ctx, order, ended)
		}
	}, func() {
		c.storage.Release(disk)
		i.quit()
		i.machine = m
		if m != nil {
			c.machines.Store(i.id, m)
		}
		c.bootDone(i, err)
	})
}

func (c *Cloud) bootDone(i *instance, err error) {
	if err == nil {
		i.on, i.booted = true, true
		if i.end != 0 {
			c.wentOff(i)
			return
		}
		c.drive(i)
		return
	}
	if !errors.Is(err, context.Canceled) {
		c.o.Log.Error("instance did not boot", "instance", i.id, "error", err)
	}
	switch {
	case i.state() == types.InstanceStateNamePending && i.booted:
		c.leave(i, types.InstanceStateNameStopping, byFailure)
	case i.state() == types.InstanceStateNamePending:
		c.leave(i, types.InstanceStateNameShuttingDown, byFailure)
	default:
		i.dead = true
		c.tell(i)
		c.drive(i)
	}
}

// ended notes that the machine's nth boot ended.
func (c *Cloud) ended(i *instance, n int, e machine.End) {
	if n != i.boots || i.end != 0 {
		return
	}
	i.end = e
	if i.on {
		c.wentOff(i)
	}
}

// wentOff does what follows when a machine is off: nothing more if we turned it
// off, what EC2 does if it went off by itself. A crash leaves an instance
// running, with failed status checks, as a kernel's panic does in EC2.
func (c *Cloud) wentOff(i *instance) {
	i.on = false
	should := i.state() == types.InstanceStateNameRunning || i.state() == types.InstanceStateNamePending
	switch {
	case i.halting || !should:
	case i.end == machine.PoweredOff && i.behavior == types.ShutdownBehaviorTerminate:
		c.leave(i, types.InstanceStateNameShuttingDown, fromInside)
		return
	case i.end == machine.PoweredOff:
		c.leave(i, types.InstanceStateNameStopping, fromInside)
		return
	case i.end == machine.Rebooting:
	case i.state() == types.InstanceStateNamePending:
		c.leave(i, types.InstanceStateNameShuttingDown, byFailure)
		return
	default:
		i.dead = true
		c.tell(i)
	}
	c.drive(i)
}

// halt turns the machine off in order.
func (c *Cloud) halt(i *instance) {
	m, force := i.machine, i.force
	i.halting, i.force = true, false
	c.work(i, func(ctx context.Context) {
		if force {
			m.Kill()
		} else {
			m.Shutdown(ctx)
		}
	}, func() {
		i.halting, i.on = false, false
		c.drive(i)
	})
}

// remove ends the machine and its disk for good.
func (c *Cloud) remove(i *instance) {
	m, orderly := i.machine, i.on && !i.force
	i.halting = true
	var err error
	c.work(i, func(ctx context.Context) {
		if orderly {
			m.Shutdown(ctx)
		}
		err = m.Remove()
	}, func() {
		if err != nil {
			c.o.Log.Error("instance's machine was not removed", "instance", i.id, "error", err)
		}
		i.halting, i.on, i.machine = false, false, nil
		c.machines.Delete(i.id)
		c.drive(i)
	})
}
