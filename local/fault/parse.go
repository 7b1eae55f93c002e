package fault

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Words tells how faults are written, one a line.
const Words = `  throttle=PART        this part of calls is throttled (0.1: every tenth)
  error=PART           this part of calls fails without an effect
  lost-answer=PART     this part of calls has its effect and is told to have failed
  calls=OPERATION,…    the three above are for these alone
  stale=TIME           what calls read may be this old
  slow-boot=TIME[@PART]  instances, or a part of them, are pending this much longer
  no-capacity=WHERE,…  nothing can be launched in a ZONE, of a TYPE, or ZONE/TYPE
  quota=N              the account may have N instances
  deaths=N             of a hundred instances, N go off by themselves in an hour
  linger=TIME          a target that is taken out still gets requests for this long
  clock=TIME           calls are dated and judged by a clock this much ahead (-TIME: behind)
  late-metrics=TIME[@PART]  a period is seen this late, a part of its counts twice as late
  seed=N               begins the draws of chance elsewhere`

// Parse reads faults written as NAME=VALUE.
func Parse(words []string) (Faults, error) {
	var f Faults
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return Faults{}, fmt.Errorf("fault %s: want NAME=VALUE", word)
		}
		if err := f.set(name, value); err != nil {
			return Faults{}, fmt.Errorf("fault %s: %w", word, err)
		}
	}
	return f, nil
}

func (f *Faults) set(name, value string) (err error) {
	switch name {
	case "throttle":
		f.Throttle, err = part(value)
	case "error":
		f.Error, err = part(value)
	case "lost-answer":
		f.LostAnswer, err = part(value)
	case "calls":
		f.Calls = append(f.Calls, strings.Split(value, ",")...)
	case "stale":
		f.Stale, err = length(value)
	case "slow-boot":
		f.SlowBoot, f.SlowBoots, err = lengthAndPart(value)
	case "no-capacity":
		f.NoCapacity = append(f.NoCapacity, strings.Split(value, ",")...)
	case "quota":
		f.Quota, err = strconv.Atoi(value)
		if err != nil || f.Quota < 1 {
			err = fmt.Errorf("want a number above 0")
		}
	case "deaths":
		f.Deaths, err = strconv.ParseFloat(value, 64)
		if err != nil || !(f.Deaths >= 0 && f.Deaths <= 100) {
			err = fmt.Errorf("want a number from 0 to 100")
		}
	case "linger":
		f.Linger, err = length(value)
	case "clock":
		if f.Clock, err = time.ParseDuration(value); err != nil {
			err = fmt.Errorf("want a time such as 1h or -1h")
		}
	case "late-metrics":
		f.LateMetrics, f.Revised, err = lengthAndPart(value)
	case "seed":
		if f.Seed, err = strconv.ParseUint(value, 10, 64); err != nil {
			err = fmt.Errorf("want a number")
		}
	default:
		err = fmt.Errorf("there is no such fault")
	}
	return err
}

func part(text string) (float64, error) {
	p, err := strconv.ParseFloat(text, 64)
	if err != nil || !(p >= 0 && p <= 1) { // NaN is neither
		return 0, fmt.Errorf("want a part from 0 to 1")
	}
	return p, nil
}

func length(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("want a time such as 10s")
	}
	return d, nil
}

func lengthAndPart(text string) (d time.Duration, p float64, err error) {
	long, often, limited := strings.Cut(text, "@")
	if d, err = length(long); err == nil && limited {
		p, err = part(often)
	}
	return d, p, err
}
