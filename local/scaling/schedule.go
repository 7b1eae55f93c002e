package scaling

import "gekko/local/loop"

type scheduled struct{ next *loop.Event }
